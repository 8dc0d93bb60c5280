package io.procgrid.worker.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.loop.Core;
import io.procgrid.common.run.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The worker's decisions: whom to obey, what to start, what a kill means, what may be forgotten.
 *
 * <p>Guarantees: a segment is accepted at most once, never under a tombstone, and never with a
 * number that came too late; nothing is answered before what it promises is durable.
 */
public final class WorkerCore implements Core<WorkerEvent, WorkerEffect> {
  /** Notices kept for a head that is away. */
  public static final int NOTICE_CAPACITY = 16_384;

  private final Recovered recovered;
  private final Terms terms;
  private final Outbox outbox = new Outbox();
  private final Bundles bundles;
  private final Set<SegmentKey> blocked = new LinkedHashSet<>();
  private final SegmentTable table = new SegmentTable();
  private final Connects connects;
  private final StartBatches starts = new StartBatches(outbox);
  private final ForgetBatches forgets = new ForgetBatches(outbox);
  private final KillStreams killers = new KillStreams(outbox);
  private final NoticeLog notices;
  private final KillPatience patience;
  private final Kills kills;
  private final SegmentLife life;
  private final Resumption resumption;

  /** A core whose clock counts from the boot of its host, whose id is empty off Linux. */
  public WorkerCore(Recovered recovered, WorkerInstance instance, String bootId) {
    this(recovered, instance, new HostBoot(bootId, 0));
  }

  /**
   * @param instance name of this worker process
   * @param boot what the deadlines of kills outlive a restart of the worker by
   */
  public WorkerCore(Recovered recovered, WorkerInstance instance, HostBoot boot) {
    this.recovered = recovered;
    this.terms = new Terms(recovered, instance);
    this.bundles = new Bundles(recovered.bundles(), table, outbox);
    this.connects = new Connects(terms, bundles.hashes(), outbox);
    this.notices =
        new NoticeLog(outbox, () -> !blocked.isEmpty(), this::isCurrent, NOTICE_CAPACITY);
    this.patience = new KillPatience(table, notices, killers, blocked);
    SegmentEnds ends = new SegmentEnds(table, outbox, notices, killers, patience);
    this.kills = new Kills(table, outbox, killers, patience, ends, boot);
    this.life = new SegmentLife(table, outbox, notices, ends, kills, starts, forgets, patience);
    this.resumption = new Resumption(table, outbox, patience, ends, kills, life, boot.id());
  }

  @Override
  public List<WorkerEffect> step(long nowMillis, WorkerEvent event) {
    switch (event) {
      case WorkerEvent.Resumed(long atMillis) -> {
        bundles.resume(nowMillis);
        for (Recovered.Entry entry : recovered.segments()) {
          resumption.resume(entry, nowMillis, atMillis);
        }
      }
      case WorkerEvent.Commanded(long request, long atMillis, Command command) ->
          command(request, atMillis, command, nowMillis);
      case WorkerEvent.Withdrawn(long request) -> {
        killers.withdraw(request);
        notices.withdraw(request);
      }
      case WorkerEvent.Acknowledged(long request, long number) ->
          notices.acknowledge(request, number);
      case WorkerEvent.BundleStored(String hash) -> bundles.stored(hash, nowMillis);
      case WorkerEvent.Journaled(long ticket) -> journaled(outbox.answered(ticket), nowMillis);
      case WorkerEvent.JournalFailed(long ticket, String reason) ->
          journalFailed(outbox.answered(ticket), reason, nowMillis);
      case WorkerEvent.FromTree fromTree -> life.step(fromTree, nowMillis);
    }
    return outbox.drain();
  }

  @Override
  public List<WorkerEffect> tick(long nowMillis) {
    outbox.tick(nowMillis);
    connects.tick(nowMillis);
    bundles.tick(nowMillis);
    kills.tick(nowMillis);
    patience.tick(nowMillis);
    notices.tick(nowMillis);
    return outbox.drain();
  }

  @Override
  public long nextDeadline() {
    return Math.min(
        Math.min(bundles.nextDeadline(), Math.min(outbox.nextDeadline(), connects.nextDeadline())),
        Math.min(kills.nextDeadline(), Math.min(patience.nextDeadline(), notices.nextDeadline())));
  }

  private boolean isCurrent(Notice notice) {
    return switch (notice) {
      case Notice.Heartbeat beat -> false;
      case Notice.Started(SegmentKey key, long pid, long startedAtMillis) -> isLive(key);
      case Notice.KillPending(SegmentKey key, String reason) -> isLive(key);
      case Notice.Terminated(SegmentKey key, Outcome outcome) -> {
        Segment segment = table.get(key);
        yield segment != null && outcome.equals(segment.outcome);
      }
    };
  }

  private boolean isLive(SegmentKey key) {
    Segment segment = table.get(key);
    return segment != null && !segment.isOver();
  }

  private void journaled(JournalEntry entry, long nowMillis) {
    switch (entry) {
      case JournalEntry.ClusterJoined joined -> connects.joined(joined.clusterId(), nowMillis);
      case JournalEntry.TermOpened opened -> connects.termOpened(opened.epoch(), nowMillis);
      case JournalEntry.OfSegment ofSegment -> life.journaled(ofSegment, nowMillis);
    }
  }

  private void journalFailed(JournalEntry entry, String reason, long nowMillis) {
    switch (entry) {
      case JournalEntry.ClusterJoined joined -> connects.joinFailed(joined.clusterId(), reason);
      case JournalEntry.TermOpened opened -> connects.termFailed(opened.epoch(), reason);
      case JournalEntry.OfSegment ofSegment -> life.journalFailed(ofSegment, reason, nowMillis);
    }
  }

  private void command(long request, long atMillis, Command command, long nowMillis) {
    switch (command) {
      case Command.Connect(Address to, int number) -> connects.connect(request, to, nowMillis);
      case Command.FromHead fromHead -> {
        String refusal = terms.misaddressed(fromHead.to());
        if (refusal == null) {
          refusal = terms.notOpen(fromHead.to().epoch());
        }
        if (refusal != null) {
          outbox.reply(request, new Answer.Refused(refusal));
          return;
        }
        obey(request, atMillis, fromHead, nowMillis);
      }
      case Command.KillAll killAll -> killAll(request, atMillis, killAll, nowMillis);
      case Command.JoinCluster join -> connects.join(request, join.clusterId());
      case Command.TellStanding standing ->
          outbox.reply(
              request,
              new Answer.Standing(
                  terms.identity(),
                  terms.instance(),
                  terms.clusterId(),
                  terms.highest(),
                  terms.highestRunId(),
                  notices.isWatched(),
                  (int) table.all().stream().filter(segment -> !segment.isOver()).count()));
    }
  }

  private void obey(long request, long atMillis, Command.FromHead command, long nowMillis) {
    switch (command) {
      case Command.Connect connect ->
          throw new IllegalStateException("a Connect is answered before its term is open");
      case Command.Start start -> start(request, start);
      case Command.Kill kill -> {
        killers.open(request, keys(kill.orders()));
        for (Command.KillOrder order : kill.orders()) {
          kill(order, nowMillis, atMillis);
        }
      }
      case Command.ListInventory list ->
          outbox.reply(
              request,
              new Answer.Listed(
                  table.all().stream()
                      .filter(Segment::isHeld)
                      .map(Segment::inventoryItem)
                      .collect(ImmutableList.toImmutableList())));
      case Command.Proceed proceed -> {
        proceed.segments().forEach(resumption::proceed);
        outbox.reply(request, new Answer.Done());
      }
      case Command.Forget forget -> forget(request, forget);
      case Command.Watch watch -> notices.watch(request, watch.acknowledged(), nowMillis);
      case Command.Admit(Address to, SegmentKey segment) ->
          outbox.reply(
              request,
              segment == null || table.get(segment) != null
                  ? new Answer.Done()
                  : new Answer.UnknownSegment(segment));
    }
  }

  private static Set<SegmentKey> keys(List<Command.KillOrder> orders) {
    Set<SegmentKey> keys = new LinkedHashSet<>();
    orders.forEach(order -> keys.add(order.segment()));
    return keys;
  }

  // ---- Start ----

  private void start(long request, Command.Start start) {
    Epoch epoch = Objects.requireNonNull(terms.highest());
    StartBatches.Collector decisions = starts.new Collector(request, start.orders().size());
    for (Command.StartOrder order : start.orders()) {
      terms.sawRun(order.segment().runId());
      Segment known = table.get(order.segment());
      if (known != null) {
        decideKnown(known, order, decisions);
      } else {
        decideNew(order, epoch, decisions);
      }
      // Whatever was decided, the same message again is stale: it may come after a Forget.
      terms.usedUp(order.dispatchNumber());
    }
  }

  private static void decideKnown(
      Segment known, Command.StartOrder order, StartBatches.Collector decisions) {
    switch (known.phase) {
      case ACCEPTING -> decisions.await(order, Answer.Decision.ALREADY_ACCEPTED);
      case DAMAGED -> decisions.decide(order, Answer.Decision.REJECTED, known.damage);
      case WAITING,
          LAUNCHING,
          RECORDING,
          ADOPTING,
          RUNNING,
          TOMBSTONED,
          CONCLUDING,
          OVER,
          FORGETTING -> {
        Answer.Decision decision =
            known.accepted ? Answer.Decision.ALREADY_ACCEPTED : Answer.Decision.TOMBSTONE;
        decisions.decide(order, decision, "");
      }
    }
  }

  private void decideNew(Command.StartOrder order, Epoch epoch, StartBatches.Collector decisions) {
    SegmentKey key = order.segment();
    if (table.later(key).stream().anyMatch(later -> later.kill != null)) {
      decisions.decide(order, Answer.Decision.TOMBSTONE, "");
      return;
    }
    if (order.dispatchNumber() <= terms.dispatchNumber()) {
      decisions.decide(order, Answer.Decision.STALE, "");
      return;
    }
    String objection = objection(order);
    if (objection != null) {
      decisions.decide(order, Answer.Decision.REJECTED, objection);
      return;
    }
    life.accept(order, epoch);
    decisions.await(order, Answer.Decision.ACCEPTED);
  }

  private @Nullable String objection(Command.StartOrder order) {
    SegmentKey key = order.segment();
    if (!table.later(key).isEmpty()) {
      return "a later incarnation of segment %s is known here".formatted(key);
    }
    List<Segment> earlier = table.earlierLive(key);
    if (!earlier.isEmpty()) {
      return "incarnation %d of the segment is not over"
          .formatted(earlier.getFirst().key.incarnation());
    }
    if (!bundles.contains(order.spec().bundleHash())) {
      return "bundle %s is not here; send PutBundle first".formatted(order.spec().bundleHash());
    }
    return null;
  }

  // ---- Kill ----

  private void kill(Command.KillOrder order, long nowMillis, long atMillis) {
    terms.sawRun(order.segment().runId());
    kills.kill(
        order.segment(),
        new Kills.Order(order.facts(), order.grace(), terms.counter(), nowMillis, atMillis));
  }

  private void killAll(long request, long atMillis, Command.KillAll command, long nowMillis) {
    String cluster = terms.clusterId() == null ? "" : terms.clusterId().value();
    if (!command.clusterId().equals(cluster)
        || !command.identity().equals(recovered.identity().value())) {
      outbox.reply(
          request,
          new Answer.Refused(
              "this is worker %s of cluster '%s', the message is for %s of '%s'"
                  .formatted(
                      recovered.identity(), cluster, command.identity(), command.clusterId())));
      return;
    }
    List<SegmentKey> live = table.all().stream().filter(s -> !s.isOver()).map(s -> s.key).toList();
    killers.open(request, live);
    for (SegmentKey key : live) {
      kill(new Command.KillOrder(key, command.facts()), nowMillis, atMillis);
    }
  }

  // ---- Forget ----

  private void forget(long request, Command.Forget command) {
    List<SegmentKey> forgotten = new ArrayList<>();
    List<SegmentKey> kept = new ArrayList<>();
    Set<SegmentKey> dropping = new LinkedHashSet<>();
    for (Command.ForgetOrder order : command.orders()) {
      // A Start on its way under that number, or a lower one, comes too late from now on: it cannot
      // bring back what is dropped here. The head sends it again under a new one where it must.
      terms.usedUp(order.lastDispatchNumber());
      Segment segment = table.get(order.segment());
      if (segment == null) {
        forgotten.add(order.segment());
      } else if (mayForget(segment) && !isLate(order, segment)) {
        life.forget(segment);
        dropping.add(segment.key);
      } else {
        kept.add(segment.key);
      }
    }
    forgets.open(request, forgotten, kept, List.copyOf(dropping));
  }

  /**
   * Sent before the Start of what has the name now: what had it then was forgotten by another
   * order.
   */
  private boolean isLate(Command.ForgetOrder order, Segment segment) {
    return segment.epochCounter == terms.counter()
        && order.lastDispatchNumber() < segment.dispatchNumber;
  }

  /** Its end is durable, and no killer waits for an earlier incarnation on its account. */
  private boolean mayForget(Segment segment) {
    return segment.isProven() && table.earlierLive(segment.key).isEmpty();
  }
}
