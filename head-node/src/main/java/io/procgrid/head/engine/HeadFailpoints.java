package io.procgrid.head.engine;

import static java.util.Objects.requireNonNull;

import io.procgrid.common.failpoint.Failpoints;
import io.procgrid.common.loop.LoopListener;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.Mutation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The failpoints of a head: at everything that comes to its core, is made durable, or leaves.
 *
 * <pre>
 *   received-KillRuns               a command, or a worker's message, not yet looked at
 *   before-persist-KillIntended     decided, not yet given to the store
 *   after-persist-KillIntended      durable; nobody knows yet
 *   before-SendKill                 about to leave for a worker
 *   before-answer-Killed            about to be answered
 * </pre>
 */
public final class HeadFailpoints implements LoopListener<HeadEvent, HeadEffect> {
  private final Failpoints failpoints;
  private final Map<Long, List<Mutation>> underWay = new HashMap<>();

  public HeadFailpoints(Failpoints failpoints) {
    this.failpoints = failpoints;
  }

  @Override
  public void beforeStep(HeadEvent event) {
    switch (event) {
      case HeadEvent.Commanded commanded -> reach("received-", commanded.command());
      case HeadEvent.FromWorker fromWorker -> reach("received-", fromWorker);
      case HeadEvent.ProbeAnswered answered -> reach("received-", answered);
      case HeadEvent.Stored(long ticket) ->
          requireNonNull(underWay.remove(ticket))
              .forEach(mutation -> reach("after-persist-", mutation));
      case HeadEvent.StoreFailed failed -> underWay.remove(failed.ticket());
    }
  }

  @Override
  public void beforeEffect(HeadEffect effect) {
    switch (effect) {
      case HeadEffect.Persist(long ticket, var mutations) -> {
        underWay.put(ticket, mutations);
        mutations.forEach(mutation -> reach("before-persist-", mutation));
      }
      case HeadEffect.Reply reply -> reach("before-answer-", reply.answer());
      case HeadEffect.ToWorker toWorker -> reach("before-", toWorker);
    }
  }

  private void reach(String moment, Object subject) {
    failpoints.reach(moment + subject.getClass().getSimpleName());
  }
}
