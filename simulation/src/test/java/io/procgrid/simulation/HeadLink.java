package io.procgrid.simulation;

import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A head's link to one worker, by the rules of the real one: one {@link Session} to the process
 * that the core dialled last, a new one whenever it is lost; what is asked for while none stands is
 * answered by the LinkDown that is on its way.
 */
final class HeadLink {
  private static final long FIRST_BACKOFF_MILLIS = 50;
  private static final long LONGEST_BACKOFF_MILLIS = 1_000;
  private static final long LONGEST_GATHERING_MILLIS = 3;

  private final World world;
  private final Network network;
  private final SimulatedHead head;
  private final List<HeadEffect.ToWorker> mailbox = new ArrayList<>();
  private HeadEffect.@Nullable Dial target;
  private @Nullable Session session;
  private long backoff;
  private String reported = "";

  HeadLink(World world, Network network, SimulatedHead head) {
    this.world = world;
    this.network = network;
    this.head = head;
  }

  @Nullable Session session() {
    return session;
  }

  /** What gathers for a moment goes out together. */
  void submit(HeadEffect.ToWorker effect) {
    mailbox.add(effect);
    if (mailbox.size() == 1) {
      head.process().later(world.chance().between(0, LONGEST_GATHERING_MILLIS), this::drain);
    }
  }

  private void drain() {
    List<HeadEffect.ToWorker> gathered = List.copyOf(mailbox);
    mailbox.clear();
    for (HeadEffect.ToWorker effect : Batching.join(gathered)) {
      perform(effect);
    }
  }

  private void perform(HeadEffect.ToWorker effect) {
    switch (effect) {
      case HeadEffect.Dial dial -> dial(dial);
      case HeadEffect.HangUp hangUp -> {
        if (target != null && target.instance().equals(hangUp.instance())) {
          disconnect();
        }
      }
      case HeadEffect.Probe probe -> new Probing(world, network, head, probe).begin();
      case HeadEffect.FetchInventory _,
          HeadEffect.SendProceed _,
          HeadEffect.KillLeftover _,
          HeadEffect.SendStart _,
          HeadEffect.SendKill _,
          HeadEffect.SendForget _,
          HeadEffect.PutBundle _,
          HeadEffect.CollectOutput _ -> {
        Session current = session;
        if (current != null && current.isUp() && current.serves(effect.instance())) {
          current.perform(effect);
        } else {
          unsent(effect);
        }
      }
    }
  }

  /** What has an answer of its own gets it. */
  private void unsent(HeadEffect.ToWorker effect) {
    if (effect instanceof HeadEffect.PutBundle put) {
      head.accept(
          new HeadEvent.BundleFailed(
              put.identity(), put.instance(), put.hash(), "the worker is not connected"));
    } else if (effect instanceof HeadEffect.CollectOutput collect) {
      head.accept(
          new HeadEvent.OutputUnavailable(
              collect.identity(),
              collect.instance(),
              collect.segment(),
              "the worker is not connected"));
    }
  }

  private void dial(HeadEffect.Dial dial) {
    if (dial.equals(target) && session != null) {
      return;
    }
    if (!dial.equals(target)) {
      boolean stood = session != null && session.isUp() && session.serves(dial.instance());
      disconnect();
      reported = "";
      if (stood) {
        head.accept(
            new HeadEvent.LinkDown(
                dial.identity(), dial.instance(), "the worker announced itself anew"));
      }
    }
    target = dial;
    backoff = FIRST_BACKOFF_MILLIS;
    connect();
  }

  private void disconnect() {
    target = null;
    Session current = session;
    session = null;
    if (current != null) {
      current.close();
    }
  }

  private void connect() {
    HeadEffect.Dial dial = target;
    if (dial != null && session == null) {
      Session attempt = new Session(world, network, head, dial, this::stood, this::lost);
      session = attempt;
      attempt.open();
    }
  }

  private void stood(Session stood) {
    backoff = FIRST_BACKOFF_MILLIS;
    reported = "";
  }

  private void lost(Session lost, String reason) {
    if (lost != session) {
      return;
    }
    boolean stood = lost.isUp();
    session = null;
    lost.close();
    if (stood || !reason.equals(reported)) {
      reported = reason;
      head.accept(lost.down(reason));
    }
    head.process().later(backoff, this::connect);
    backoff = Math.min(2 * backoff, LONGEST_BACKOFF_MILLIS);
  }
}
