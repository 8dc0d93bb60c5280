package io.procgrid.simulation;

import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.HeadEvent.ProbeAnswered.Presence;

/** Finds out whether a worker process lives, where it was last known to be. */
final class Probing {
  private static final long SILENCE_MILLIS = 3_000;

  private final World world;
  private final Network network;
  private final SimulatedHead head;
  private final HeadEffect.Probe probe;
  private boolean over;

  Probing(World world, Network network, SimulatedHead head, HeadEffect.Probe probe) {
    this.world = world;
    this.network = network;
    this.head = head;
    this.probe = probe;
  }

  /** Reports what it finds, once. */
  void begin() {
    network.request(
        head,
        probe.address(),
        worker -> {
          Presence presence = isMeant(worker) ? Presence.ALIVE : Presence.GONE;
          network.answer(worker, head, () -> found(presence));
        },
        () -> found(Presence.GONE));
    head.process().later(SILENCE_MILLIS, () -> found(Presence.SILENT));
  }

  private boolean isMeant(SimulatedWorker worker) {
    return worker.machine().identity().equals(probe.identity())
        && worker.instance().equals(probe.instance());
  }

  private void found(Presence presence) {
    if (!over) {
      over = true;
      world.tally().probed(presence);
      head.accept(new HeadEvent.ProbeAnswered(probe.identity(), probe.instance(), presence));
    }
  }
}
