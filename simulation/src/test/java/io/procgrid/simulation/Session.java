package io.procgrid.simulation;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.worker.core.Address;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.Command;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a head to a worker process, from Connect to its loss. Closed, it reports
 * nothing more; what it sent may still arrive.
 */
final class Session {
  private static final long CONNECT_MILLIS = 3_000;
  private static final long CALL_MILLIS = 10_000;
  private static final long INVENTORY_MILLIS = 60_000;

  private final World world;
  private final Network network;
  private final SimulatedHead head;
  private final HeadEffect.Dial dial;
  private final Consumer<Session> onUp;
  private final BiConsumer<Session, String> onLoss;
  private final Address address;
  private final List<ServedStream> streams = new ArrayList<>();
  private @Nullable SimulatedWorker peer;

  /** What the worker said with its answer to Connect. */
  private ImmutableList<HeadEvent.Leftover> leftovers = ImmutableList.of();

  private boolean up;
  private boolean closed;

  Session(
      World world,
      Network network,
      SimulatedHead head,
      HeadEffect.Dial dial,
      Consumer<Session> onUp,
      BiConsumer<Session, String> onLoss) {
    this.world = world;
    this.network = network;
    this.head = head;
    this.dial = dial;
    this.onUp = onUp;
    this.onLoss = onLoss;
    this.address =
        new Address(
            ModelStore.CLUSTER.value(),
            dial.identity().value(),
            dial.instance().value(),
            dial.epoch());
  }

  boolean isUp() {
    return up;
  }

  boolean isClosed() {
    return closed;
  }

  boolean serves(WorkerInstance instance) {
    return dial.instance().equals(instance);
  }

  boolean isWith(SimulatedWorker worker) {
    return peer == worker;
  }

  WorkerIdentity identity() {
    return dial.identity();
  }

  WorkerInstance instance() {
    return dial.instance();
  }

  /** The address that was dialled. */
  String dialled() {
    return dial.address();
  }

  Address address() {
    return address;
  }

  SimulatedHead head() {
    return head;
  }

  HeadEvent.LinkDown down(String reason) {
    return new HeadEvent.LinkDown(identity(), instance(), reason);
  }

  void emit(HeadEvent event) {
    if (!closed) {
      head.accept(event);
    }
  }

  void lose(String reason) {
    if (!closed) {
      onLoss.accept(this, reason);
    }
  }

  void open() {
    call(
        new Command.Connect(address, dial.number()),
        CONNECT_MILLIS,
        answer -> {
          if (answer instanceof Answer.Connected connected) {
            up = true;
            emit(
                new HeadEvent.LinkUp(
                    identity(),
                    instance(),
                    connected.highestEpoch(),
                    connected.highestRunId(),
                    connected.bundles()));
            if (!leftovers.isEmpty()) {
              emit(new HeadEvent.LeftoversFound(identity(), instance(), leftovers));
            }
            onUp.accept(this);
            new WatchStream(world, network, this).open();
          } else {
            lose("answered " + answer);
          }
        },
        this::lose);
  }

  /**
   * One request with one answer.
   *
   * @param answered gets any answer but a refusal, which ends the session
   * @param unanswered gets the reason when none came in time
   */
  private void call(
      Command command,
      long deadlineMillis,
      Consumer<Answer> answered,
      Consumer<String> unanswered) {
    UnaryCall call = new UnaryCall(this, answered, unanswered);
    network.request(
        head,
        dial.address(),
        worker -> {
          if (command instanceof Command.Connect && peer == null) {
            peer = worker;
          }
          worker.command(
              command,
              answer -> {
                if (command instanceof Command.Connect) {
                  leftovers = Translation.leftovers(worker.machine().leftovers());
                }
                network.answer(worker, head, () -> call.answer(answer));
              });
        },
        () -> call.fail("nothing listens there"));
    head.process().later(deadlineMillis, () -> call.fail("did not answer in time"));
  }

  void perform(HeadEffect.ToWorker effect) {
    switch (effect) {
      case HeadEffect.FetchInventory _ ->
          call(
              new Command.ListInventory(address),
              INVENTORY_MILLIS,
              answer -> emit(Translation.inventory(this, (Answer.Listed) answer)),
              this::lose);
      case HeadEffect.SendProceed(var _, var _, var segments) ->
          call(Translation.proceed(address, segments), CALL_MILLIS, answer -> {}, this::lose);
      case HeadEffect.KillLeftover kill -> new LeftoverStream(world, network, this, kill).open();
      case HeadEffect.SendStart(var _, var _, var orders) -> start(orders);
      case HeadEffect.SendKill(var _, var _, var orders) ->
          new KillStream(world, network, this, orders).open();
      case HeadEffect.SendForget(var _, var _, var orders) -> forget(orders);
      case HeadEffect.PutBundle(var _, var _, String hash) -> putBundle(hash);
      case HeadEffect.CollectOutput(var _, var _, SegmentKey key, int _) -> collect(key);
      case HeadEffect.Dial _, HeadEffect.HangUp _, HeadEffect.Probe _ ->
          throw new IllegalArgumentException("for the link: " + effect);
    }
  }

  private void start(List<HeadEffect.StartOrder> orders) {
    Set<SegmentKey> open = new LinkedHashSet<>();
    orders.forEach(order -> open.add(order.segment()));
    call(
        Translation.start(address, orders),
        CALL_MILLIS,
        answer -> emit(Translation.started(this, (Answer.StartsAnswered) answer)),
        reason ->
            emit(
                new HeadEvent.StartUnanswered(
                    identity(), instance(), ImmutableList.copyOf(open), reason)));
  }

  private void forget(List<HeadEffect.ForgetOrder> orders) {
    call(
        Translation.forget(address, orders),
        CALL_MILLIS,
        answer -> {
          if (answer instanceof Answer.ForgetAnswered(var forgotten, var kept)) {
            emit(new HeadEvent.Forgotten(identity(), instance(), forgotten, kept));
          }
        },
        reason -> {
          ImmutableList.Builder<SegmentKey> kept = ImmutableList.builder();
          orders.forEach(order -> kept.add(order.segment()));
          emit(new HeadEvent.Forgotten(identity(), instance(), ImmutableList.of(), kept.build()));
        });
  }

  private void putBundle(String hash) {
    UnaryCall call =
        new UnaryCall(
            this,
            answer -> emit(new HeadEvent.BundleDelivered(identity(), instance(), hash)),
            reason -> emit(new HeadEvent.BundleFailed(identity(), instance(), hash, reason)));
    network.request(
        head,
        dial.address(),
        worker ->
            worker.command(
                new Command.Admit(address, null),
                answer -> {
                  if (answer instanceof Answer.Done) {
                    worker.bundleStored(hash);
                  }
                  network.answer(worker, head, () -> call.answer(answer));
                }),
        () -> call.fail("nothing listens there"));
    head.process().later(CALL_MILLIS, () -> call.fail("did not answer in time"));
  }

  private void collect(SegmentKey key) {
    call(
        new Command.Admit(address, key),
        CONNECT_MILLIS,
        answer ->
            emit(
                answer instanceof Answer.Done
                    ? new HeadEvent.OutputCollected(identity(), instance(), key, SegmentOutput.NONE)
                    : new HeadEvent.OutputUnavailable(
                        identity(), instance(), key, answer.toString())),
        reason -> emit(new HeadEvent.OutputUnavailable(identity(), instance(), key, reason)));
  }

  /** A stream that a worker serves for this session, until the session closes. */
  void served(ServedStream stream) {
    streams.add(stream);
    if (closed) {
      stream.cancel(network);
    }
  }

  void close() {
    closed = true;
    up = false;
    streams.forEach(stream -> stream.cancel(network));
  }

  /** The head's process has ended; its workers are told by the reset of the connection. */
  void headGone() {
    close();
  }
}
