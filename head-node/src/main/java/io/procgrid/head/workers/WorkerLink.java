package io.procgrid.head.workers;

import com.google.common.util.concurrent.MoreExecutors;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEffect.ToWorker;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.SegmentOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link to one worker: keeps one {@link Connection} to the process that the core dialled last,
 * and makes a new one whenever it is lost.
 *
 * <p>INVARIANT: everything but {@link #submit} happens on one serialising executor, the callbacks
 * of the calls included. So events come in the order of what happened: after a LinkDown there is
 * none of the connection that was lost, and each loss has one LinkDown.
 *
 * <p>What the core asks for while no connection stands is answered by the LinkDown that is on its
 * way to the core; what has an answer of its own, files and output, is answered so.
 */
final class WorkerLink {
  private static final Logger log = LoggerFactory.getLogger(WorkerLink.class);

  private final WorkerIdentity identity;
  private final LinkEnvironment environment;
  private final Executor serial;
  private final ConcurrentLinkedQueue<ToWorker> mailbox = new ConcurrentLinkedQueue<>();

  private HeadEffect.@Nullable Dial target;
  private @Nullable Connection connection;
  private @Nullable ScheduledFuture<?> redial;
  private long backoff;
  private String reported = "";
  private boolean closed;

  WorkerLink(WorkerIdentity identity, LinkEnvironment environment) {
    this.identity = identity;
    this.environment = environment;
    this.serial = MoreExecutors.newSequentialExecutor(environment.executor());
  }

  /**
   * Takes an effect for this worker; never blocks. What gathers while the link is busy goes out
   * together.
   */
  void submit(ToWorker effect) {
    mailbox.add(effect);
    serial.execute(this::drain);
  }

  /** The latest lines of a segment, or a {@link CallFailure}. */
  CompletableFuture<SegmentOutput> readOutput(SegmentKey segment, int maxLines) {
    CompletableFuture<SegmentOutput> output = new CompletableFuture<>();
    serial.execute(() -> {
      Connection current = connection;
      if (current == null || !current.isUp()) {
        output.completeExceptionally(new CallFailure(notConnected()));
        return;
      }
      forward(current.calls().readOutput(segment, maxLines), output);
    });
    return output;
  }

  /** Answers elsewhere: what the caller does with it must not hold up this link. */
  private void forward(
      CompletableFuture<SegmentOutput> from, CompletableFuture<SegmentOutput> into) {
    var _ =
        from.whenCompleteAsync(
            (output, failure) -> {
              if (failure != null) {
                into.completeExceptionally(failure);
              } else {
                into.complete(output);
              }
            },
            environment.executor());
  }

  /** Gives the link up for good. */
  void close() {
    serial.execute(() -> {
      closed = true;
      disconnect("the head stops");
    });
  }

  private void drain() {
    List<ToWorker> effects = new ArrayList<>();
    for (ToWorker effect = mailbox.poll(); effect != null; effect = mailbox.poll()) {
      effects.add(effect);
    }
    for (ToWorker effect : EffectBatch.join(effects)) {
      perform(effect);
    }
  }

  private void perform(ToWorker effect) {
    switch (effect) {
      case HeadEffect.Dial dial -> dial(dial);
      case HeadEffect.HangUp hangUp -> hangUp(hangUp);
      case HeadEffect.FetchInventory fetch -> {
        Connection current = standing(fetch);
        if (current != null) {
          current.calls().fetchInventory();
        }
      }
      case HeadEffect.SendProceed proceed -> {
        Connection current = standing(proceed);
        if (current != null) {
          current.calls().proceed(proceed.segments());
        }
      }
      case HeadEffect.SendStart start -> {
        Connection current = standing(start);
        if (current != null) {
          current.calls().start(start.orders());
        }
      }
      case HeadEffect.SendKill kill -> {
        Connection current = standing(kill);
        if (current != null) {
          current.calls().kill(kill.orders());
        }
      }
      case HeadEffect.KillLeftover kill -> {
        Connection current = standing(kill);
        if (current != null) {
          current.calls().killLeftover(kill);
        }
      }
      case HeadEffect.Probe probe -> new Probing(probe, environment).begin();
      case HeadEffect.SendForget forget -> {
        Connection current = standing(forget);
        if (current != null) {
          current.calls().forget(forget.orders());
        }
      }
      case HeadEffect.PutBundle put -> {
        Connection current = standing(put);
        if (current != null) {
          current.calls().putBundle(put.hash());
        } else {
          emit(new HeadEvent.BundleFailed(identity, put.instance(), put.hash(), notConnected()));
        }
      }
      case HeadEffect.CollectOutput collect -> {
        Connection current = standing(collect);
        if (current != null) {
          current.calls().collectOutput(collect.segment(), collect.maxLines());
        } else {
          emit(
              new HeadEvent.OutputUnavailable(
                  identity, collect.instance(), collect.segment(), notConnected()));
        }
      }
    }
  }

  /** The connection that an effect is for, or null when it does not stand. */
  private @Nullable Connection standing(ToWorker effect) {
    Connection current = connection;
    return current != null && current.isUp() && current.serves(effect.instance()) ? current : null;
  }

  /**
   * A worker announces itself again and again until its Watch stands, and the core dials each time:
   * an attempt under way, or a connection that stands, is left alone.
   */
  private void dial(HeadEffect.Dial dial) {
    if (closed || (dial.equals(target) && connection != null)) {
      return;
    }
    if (!dial.equals(target)) {
      replace(dial);
    }
    target = dial;
    backoff = environment.timing().firstBackoff();
    connect();
  }

  /** The core counts on a LinkDown for what it sent to the same process at its former address. */
  private void replace(HeadEffect.Dial dial) {
    String reason = "the worker announced itself anew";
    boolean stood = connection != null && connection.isUp() && connection.serves(dial.instance());
    disconnect(reason);
    reported = "";
    if (stood) {
      emit(new HeadEvent.LinkDown(identity, dial.instance(), reason));
    }
  }

  private void hangUp(HeadEffect.HangUp hangUp) {
    if (target != null && target.instance().equals(hangUp.instance())) {
      disconnect("the worker left");
    }
  }

  /** Ends whatever there is, without a LinkDown: the core gave it up, or knows a newer process. */
  private void disconnect(String reason) {
    target = null;
    cancelRedial();
    Connection current = connection;
    connection = null;
    if (current != null) {
      current.close(reason);
    }
  }

  private void connect() {
    cancelRedial();
    HeadEffect.Dial dial = target;
    if (dial == null || connection != null) {
      return;
    }
    Connection attempt = new Connection(dial, environment, serial, this::stood, this::lost);
    connection = attempt;
    attempt.open();
  }

  private void stood(Connection stood) {
    log.info("{} is connected", stood.worker());
    backoff = environment.timing().firstBackoff();
    reported = "";
  }

  /** A connection was lost, or an attempt failed, which is told again only for another reason. */
  private void lost(Connection lost, String reason) {
    if (lost != connection) {
      return;
    }
    boolean stood = lost.isUp();
    connection = null;
    lost.close(reason);
    if (stood || !reason.equals(reported)) {
      log.warn("no connection: {}", reason);
      reported = reason;
      emit(new HeadEvent.LinkDown(identity, lost.instance(), reason));
    }
    redial =
        environment
            .timer()
            .schedule(() -> serial.execute(this::connect), backoff, TimeUnit.MILLISECONDS);
    backoff = Math.min(2 * backoff, environment.timing().longestBackoff());
  }

  private void cancelRedial() {
    if (redial != null) {
      redial.cancel(false);
      redial = null;
    }
  }

  private String notConnected() {
    return "the worker is not connected" + (reported.isEmpty() ? "" : " (%s)".formatted(reported));
  }

  private void emit(HeadEvent event) {
    environment.events().accept(event);
  }
}
