package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.ClusterId;
import java.util.List;

/**
 * What the parts of the core share: the time of the step in hand, its effects, the timers, who they
 * are.
 */
final class CoreContext {
  /** Pause before something that the store or a worker did not take is tried again, ms. */
  static final long RETRY_MILLIS = 500;

  final ClusterId clusterId;
  final long clusterStart;
  final HeadCoreSettings settings;
  final Outbox outbox = new Outbox();
  final Timers timers = new Timers();
  final Term term;
  private long nowMillis;

  CoreContext(Recovered recovered, HeadCoreSettings settings) {
    this.clusterId = recovered.clusterId();
    this.clusterStart = recovered.clusterStart();
    this.settings = settings;
    this.term = new Term(recovered, outbox);
  }

  void advanceTo(long millis) {
    nowMillis = Math.max(nowMillis, millis);
  }

  long now() {
    return nowMillis;
  }

  /** Wall clock of the step in hand, ms since 1970: for times that are shown. */
  long wallMillis() {
    return nowMillis + settings.wallOffsetMillis();
  }

  Timers.Timer after(long millis, Runnable action) {
    return timers.at(nowMillis + millis, action);
  }

  /** Persists facts that already are so, and therefore tries again until the store takes them. */
  void persistFacts(List<Mutation> mutations, Runnable stored) {
    ImmutableList<Mutation> facts = ImmutableList.copyOf(mutations);
    outbox.persist(facts, stored, reason -> after(RETRY_MILLIS, () -> persistFacts(facts, stored)));
  }
}
