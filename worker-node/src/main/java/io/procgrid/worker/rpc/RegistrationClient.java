package io.procgrid.worker.rpc;

import com.google.common.net.HostAndPort;
import com.google.common.util.concurrent.Uninterruptibles;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.proto.v1.LeaveRequest;
import io.procgrid.proto.v1.RegisterRequest;
import io.procgrid.proto.v1.RegisterResponse;
import io.procgrid.proto.v1.RegistrationGrpc;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.Command;
import io.procgrid.worker.engine.WorkerEngine;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the worker registered: at the start, and whenever no Watch has stood for a while. Each
 * trouble is logged once, not at each try.
 */
public final class RegistrationClient implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RegistrationClient.class);

  /** A head that must first find out whether another process of this identity lives takes 3 s. */
  private static final long CALL_MILLIS = 6_000;

  private static final long LOOK_MILLIS = 250;
  private static final long UNWATCHED_MILLIS = 1_000;
  private static final long FIRST_RETRY_MILLIS = 250;
  private static final long LAST_RETRY_MILLIS = 2_000;

  private final WorkerEngine engine;
  private final Announcement announcement;
  private final HeadLocator locator;
  private final Function<HostAndPort, ManagedChannel> channels;
  private final Consumer<ClusterId> onRegistered;
  private final Thread thread;
  private String lastTrouble = "";

  /**
   * @param channels opens a channel that carries the cluster's secret
   * @param onRegistered told after each registration, on this client's thread
   */
  public RegistrationClient(
      WorkerEngine engine,
      Announcement announcement,
      HeadLocator locator,
      Function<HostAndPort, ManagedChannel> channels,
      Consumer<ClusterId> onRegistered) {
    this.engine = engine;
    this.announcement = announcement;
    this.locator = locator;
    this.channels = channels;
    this.onRegistered = onRegistered;
    this.thread = Thread.ofPlatform().name("registration").daemon(true).unstarted(this::run);
  }

  /** Starts to register, and to keep watch over it. */
  public void start() {
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        registerUntilHeard();
        awaitUnwatched();
      }
    } catch (InterruptedException e) {
      // close() interrupts: the end of the thread.
    }
  }

  private void registerUntilHeard() throws InterruptedException {
    long pause = FIRST_RETRY_MILLIS;
    while (!register()) {
      Thread.sleep(pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1));
      pause = Math.min(2 * pause, LAST_RETRY_MILLIS);
    }
  }

  /** Returns when no Watch has stood for a while. */
  private void awaitUnwatched() throws InterruptedException {
    long since = System.nanoTime();
    while (System.nanoTime() - since < TimeUnit.MILLISECONDS.toNanos(UNWATCHED_MILLIS)) {
      Thread.sleep(LOOK_MILLIS);
      if (standing().watched()) {
        since = System.nanoTime();
      }
    }
  }

  private Answer.Standing standing() {
    return (Answer.Standing) engine.ask(new Command.TellStanding()).join();
  }

  private boolean register() {
    String head = "the head";
    try {
      HostAndPort address = locator.locate();
      head = "the head at " + address;
      RegisterResponse response = call(address, standing());
      return join(new ClusterId(response.getClusterId()), head, response);
    } catch (IOException e) {
      trouble("%s cannot be found: %s".formatted(head, e.getMessage()));
    } catch (StatusRuntimeException e) {
      trouble("%s does not register this worker: %s".formatted(head, why(e)));
    } catch (IllegalArgumentException e) {
      trouble("%s answers what no head of this version says: %s".formatted(head, e.getMessage()));
    }
    return false;
  }

  private RegisterResponse call(HostAndPort address, Answer.Standing standing) {
    RegisterRequest.Builder request =
        RegisterRequest.newBuilder()
            .setWorkerIdentity(announcement.identity().value())
            .setWorkerInstance(announcement.instance().value())
            .setWantedNumber(announcement.wantedNumber())
            .setAddress(announcement.address())
            .setSlots(announcement.slots())
            .setHost(WireCodec.encode(announcement.host()))
            .setContainment(announcement.containment())
            .setHighestRunId(standing.highestRunId());
    ClusterId cluster = standing.clusterId();
    if (cluster != null) {
      request.setClusterId(cluster.value());
    }
    Epoch epoch = standing.highestEpoch();
    if (epoch != null) {
      request.setHighestEpoch(WireCodec.encode(epoch));
    }
    return onChannel(address, stub -> stub.register(request.build()));
  }

  private boolean join(ClusterId cluster, String head, RegisterResponse response) {
    return switch (engine.ask(new Command.JoinCluster(cluster)).join()) {
      case Answer.Done _ -> {
        lastTrouble = "";
        onRegistered.accept(cluster);
        log.info(
            "registered at {} as worker {} of cluster {}", head, response.getNumber(), cluster);
        if (!response.getNotice().isEmpty()) {
          log.warn("{}", response.getNotice());
        }
        yield true;
      }
      case Answer.Refused(String reason) -> {
        trouble("%s is refused: %s".formatted(head, reason));
        yield false;
      }
      case Answer other -> {
        trouble("%s cannot be joined: %s".formatted(head, other));
        yield false;
      }
    };
  }

  /**
   * Says that this worker leaves, when nothing of it is live; a head that is away is left alone.
   */
  public void leave() {
    Answer.Standing standing = standing();
    ClusterId cluster = standing.clusterId();
    if (standing.live() > 0 || cluster == null) {
      log.info("{} segments live on", standing.live());
      return;
    }
    LeaveRequest request =
        LeaveRequest.newBuilder()
            .setClusterId(cluster.value())
            .setWorkerIdentity(announcement.identity().value())
            .setWorkerInstance(announcement.instance().value())
            .build();
    try {
      var _ = onChannel(locator.locate(), stub -> stub.leave(request));
      log.info("left the cluster in order");
    } catch (IOException | StatusRuntimeException e) {
      log.info("the head was not told that this worker leaves: {}", e.getMessage());
    }
  }

  private <T> T onChannel(
      HostAndPort address, Function<RegistrationGrpc.RegistrationBlockingStub, T> call) {
    ManagedChannel channel = channels.apply(address);
    try {
      return call.apply(
          RegistrationGrpc.newBlockingStub(channel)
              .withDeadlineAfter(CALL_MILLIS, TimeUnit.MILLISECONDS));
    } finally {
      channel.shutdownNow();
    }
  }

  private static String why(StatusRuntimeException e) {
    Status status = e.getStatus();
    return status.getDescription() == null
        ? status.getCode().toString()
        : status.getCode() + ": " + status.getDescription();
  }

  private void trouble(String what) {
    if (!what.equals(lastTrouble)) {
      lastTrouble = what;
      log.warn("{}; trying again", what);
    }
  }

  /** Ends the thread; registers no more. */
  @Override
  public void close() {
    thread.interrupt();
    Uninterruptibles.joinUninterruptibly(thread);
  }
}
