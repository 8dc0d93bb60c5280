package io.procgrid.worker.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.loop.Core;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Opens terms and joins the cluster, each durable before it is answered.
 *
 * <p>A head may dial as soon as it has answered the worker's first registration, so a Connect waits
 * a while for the cluster id to become durable.
 */
final class Connects {
  private static final long JOIN_WAIT_MILLIS = 5_000;

  /** A Connect that waits, for the cluster id or for its epoch. */
  private record Waiting(long request, Address to, long untilMillis) {}

  private record Joining(long request, ClusterId clusterId) {}

  private final Terms terms;
  private final Set<String> bundles;
  private final Outbox outbox;
  private final List<Waiting> beforeJoin = new ArrayList<>();
  private final List<Waiting> beforeDurable = new ArrayList<>();
  private final List<Joining> joining = new ArrayList<>();

  Connects(Terms terms, Set<String> bundles, Outbox outbox) {
    this.terms = terms;
    this.bundles = bundles;
    this.outbox = outbox;
  }

  void connect(long request, Address to, long nowMillis) {
    if (terms.clusterId() == null) {
      beforeJoin.add(new Waiting(request, to, nowMillis + JOIN_WAIT_MILLIS));
      return;
    }
    String refusal = terms.misaddressed(to);
    if (refusal == null) {
      refusal = terms.outdated(to.epoch());
    }
    if (refusal != null) {
      outbox.reply(request, new Answer.Refused(refusal));
      return;
    }
    terms.open(to.epoch());
    if (terms.isDurable()) {
      outbox.reply(request, connected(to.epoch()));
      return;
    }
    beforeDurable.add(new Waiting(request, to, Core.NO_DEADLINE));
    outbox.journal(new JournalEntry.TermOpened(to.epoch()));
  }

  void termOpened(Epoch epoch, long nowMillis) {
    terms.opened(epoch);
    // Those of a term that a newer one has overtaken meanwhile are refused there.
    for (Waiting each : take(beforeDurable, w -> w.to.epoch().equals(epoch))) {
      connect(each.request, each.to, nowMillis);
    }
  }

  void termFailed(Epoch epoch, String reason) {
    for (Waiting each : take(beforeDurable, w -> w.to.epoch().equals(epoch))) {
      outbox.reply(
          each.request,
          new Answer.Unavailable(
              "epoch %d cannot be made durable: %s".formatted(epoch.counter(), reason)));
    }
  }

  void join(long request, ClusterId clusterId) {
    ClusterId mine = terms.clusterId();
    if (clusterId.equals(mine)) {
      outbox.reply(request, new Answer.Done());
      return;
    }
    if (mine != null || !joining.stream().allMatch(j -> j.clusterId.equals(clusterId))) {
      outbox.reply(
          request,
          new Answer.Refused(
              "this worker belongs to cluster %s and cannot join %s; give it a data folder of its own"
                  .formatted(mine == null ? joining.getFirst().clusterId : mine, clusterId)));
      return;
    }
    joining.add(new Joining(request, clusterId));
    outbox.journal(new JournalEntry.ClusterJoined(clusterId));
  }

  void joined(ClusterId clusterId, long nowMillis) {
    terms.join(clusterId);
    for (Joining each : take(joining, j -> true)) {
      outbox.reply(each.request, new Answer.Done());
    }
    for (Waiting each : take(beforeJoin, w -> true)) {
      connect(each.request, each.to, nowMillis);
    }
  }

  void joinFailed(ClusterId clusterId, String reason) {
    for (Joining each : take(joining, j -> j.clusterId.equals(clusterId))) {
      outbox.reply(
          each.request,
          new Answer.Unavailable(
              "cluster id %s cannot be made durable: %s".formatted(clusterId, reason)));
    }
  }

  void tick(long nowMillis) {
    for (Waiting each : take(beforeJoin, w -> w.untilMillis <= nowMillis)) {
      String reason = Objects.requireNonNull(terms.misaddressed(each.to));
      outbox.reply(each.request, new Answer.Refused(reason));
    }
  }

  long nextDeadline() {
    return beforeJoin.isEmpty() ? Core.NO_DEADLINE : beforeJoin.getFirst().untilMillis;
  }

  private Answer.Connected connected(Epoch epoch) {
    @Nullable Epoch highest = terms.highest();
    return new Answer.Connected(
        highest == null ? epoch : highest,
        terms.highestRunId(),
        ImmutableList.sortedCopyOf(bundles));
  }

  private static <T> List<T> take(List<T> from, Predicate<T> which) {
    List<T> taken = from.stream().filter(which).toList();
    from.removeAll(taken);
    return taken;
  }
}
