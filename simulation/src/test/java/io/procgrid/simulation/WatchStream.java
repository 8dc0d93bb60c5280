package io.procgrid.simulation;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Outcome;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.Command;
import io.procgrid.worker.core.Notice;
import io.procgrid.worker.engine.Caller;
import org.jspecify.annotations.Nullable;

/** The Watch of a session: reports, acknowledges, and notices silence and gaps. */
final class WatchStream {
  private static final long SILENCE_MILLIS = 3_000;
  private static final int NOTICES_PER_ACKNOWLEDGEMENT = 64;

  private final World world;
  private final Network network;
  private final Session session;
  private @Nullable ServedStream served;
  private long heardAtMillis;
  private long last;
  private long acknowledged;
  private boolean degraded;
  private boolean opened;

  WatchStream(World world, Network network, Session session) {
    this.world = world;
    this.network = network;
    this.session = session;
  }

  void open() {
    network.request(
        session.head(),
        session.dialled(),
        this::serve,
        () -> session.lose("nothing listens there"));
    heardAtMillis = world.now();
    listen();
  }

  /** Silence counts from the latest message that was read, so a pause of the head is none. */
  private void listen() {
    long left = heardAtMillis + SILENCE_MILLIS - world.now();
    if (session.isClosed()) {
      return;
    }
    if (left <= 0) {
      session.lose("has been silent");
      return;
    }
    session.head().process().later(left, this::listen);
  }

  /** At the worker. */
  private void serve(SimulatedWorker worker) {
    if (opened) {
      // The same request once more: a stream is opened once.
      return;
    }
    opened = true;
    OrderedStream stream = new OrderedStream(world, network, worker, session.head());
    long request =
        worker.command(
            new Command.Watch(session.address(), 0),
            new Caller() {
              @Override
              public void notice(long number, Notice notice) {
                stream.send(() -> noticed(number, notice));
              }

              @Override
              public void answer(Answer answer) {
                stream.send(() -> session.lose("ended the watch: " + answer));
              }
            });
    ServedStream here = new ServedStream(world, worker, request);
    served = here;
    session.served(here);
  }

  private void noticed(long number, Notice notice) {
    if (session.isClosed()) {
      // Not heard, so not acknowledged either.
      return;
    }
    heardAtMillis = world.now();
    boolean heartbeat = notice instanceof Notice.Heartbeat;
    long expected = heartbeat ? last : last + 1;
    if (last > 0 && number != expected) {
      session.lose("dropped events");
      return;
    }
    last = number;
    report(notice);
    if (heartbeat || last - acknowledged >= NOTICES_PER_ACKNOWLEDGEMENT) {
      acknowledge();
    }
  }

  private void report(Notice notice) {
    switch (notice) {
      case Notice.Heartbeat(boolean now) -> {
        if (now != degraded) {
          degraded = now;
          session.emit(new HeadEvent.DegradedChanged(session.identity(), session.instance(), now));
        }
      }
      case Notice.Started(SegmentKey key, long pid, long startedAt) ->
          session.emit(
              new HeadEvent.SegmentStarted(
                  session.identity(), session.instance(), key, pid, startedAt));
      case Notice.Terminated(SegmentKey key, Outcome outcome) ->
          session.emit(
              new HeadEvent.SegmentTerminated(
                  session.identity(), session.instance(), key, outcome));
      case Notice.KillPending(SegmentKey key, String reason) ->
          session.emit(
              new HeadEvent.KillBlocked(session.identity(), session.instance(), key, reason));
    }
  }

  private void acknowledge() {
    if (acknowledged == last) {
      return;
    }
    acknowledged = last;
    ServedStream at = served;
    long number = last;
    if (at != null) {
      SimulatedWorker worker = at.worker();
      world
          .timeline()
          .after(
              network.delay(),
              () ->
                  network.pass(
                      worker.machine(),
                      worker.process(),
                      () -> worker.acknowledge(at.request(), number)));
    }
  }
}
