package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.WorkerIdentity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The workers of the cluster: who they are, whether all that are awaited after a start of the head
 * are back.
 */
final class Workers {
  private final CoreContext context;
  private final Map<WorkerIdentity, WorkerState> byIdentity = new HashMap<>();
  private final TreeMap<Integer, WorkerState> byNumber = new TreeMap<>();

  /** Known from before and not yet back; emptied when the wait is over. */
  private final Set<WorkerIdentity> awaited = new HashSet<>();

  Workers(CoreContext context, Recovered recovered) {
    this.context = context;
    for (WorkerRecord record : recovered.workers()) {
      WorkerState worker = new WorkerState(record);
      worker.stored = record;
      add(worker);
      if (record.standing().isAwaited()) {
        awaited.add(record.identity());
      }
    }
  }

  private void add(WorkerState worker) {
    byIdentity.put(worker.identity(), worker);
    byNumber.put(worker.number(), worker);
  }

  /**
   * Dials those that may be there, also to empty them. Whom the store does not know has to register
   * again first: nothing of what is placed there could be killed by the next head.
   */
  void dialAll() {
    for (WorkerState worker : byNumber.values()) {
      WorkerStanding standing = worker.record.standing();
      if (worker.stored != null && (standing.isAwaited() || standing == WorkerStanding.FORGOTTEN)) {
        dial(worker);
      }
    }
  }

  /** True once every awaited worker is back or the wait is over. */
  boolean settled() {
    return awaited.isEmpty();
  }

  /** A worker is back, or given up. */
  void arrived(WorkerState worker) {
    awaited.remove(worker.identity());
  }

  /** Waits no longer. */
  void stopWaiting() {
    awaited.clear();
  }

  /** How many are awaited. */
  int missing() {
    return awaited.size();
  }

  @Nullable WorkerState find(WorkerIdentity identity) {
    return byIdentity.get(identity);
  }

  /** Those with that number, identity or address. */
  List<WorkerState> named(String name) {
    List<WorkerState> named = new ArrayList<>();
    for (WorkerState worker : byNumber.values()) {
      if (Integer.toString(worker.number()).equals(name)
          || worker.identity().value().equals(name)
          || worker.record.address().equals(name)) {
        named.add(worker);
      }
    }
    return named;
  }

  @Nullable WorkerState find(int number) {
    return byNumber.get(number);
  }

  /** The worker that an event is from, or null when it is not of the worker's current process. */
  @Nullable WorkerState current(HeadEvent.FromWorker event) {
    WorkerState worker = byIdentity.get(event.identity());
    return worker != null && worker.instance().equals(event.instance()) ? worker : null;
  }

  /** By ascending number. */
  Collection<WorkerState> all() {
    return byNumber.values();
  }

  /** Adds a worker that is new, or takes its new record. */
  WorkerState record(WorkerRecord record) {
    WorkerState known = byIdentity.get(record.identity());
    if (known == null) {
      WorkerState worker = new WorkerState(record);
      add(worker);
      return worker;
    }
    if (!record.instance().equals(known.instance())) {
      // Should the announcement be the one that came late, the connection that stood must not be
      // taken for the answer to the next Dial: there would be no LinkUp.
      context.outbox.add(new HeadEffect.HangUp(known.identity(), known.instance()));
      known.disconnected("its process was replaced by a new one");
    }
    known.record = record;
    return known;
  }

  /** The wanted number when it is free, else the lowest that is. */
  int freeNumber(int wanted) {
    if (wanted > 0 && !byNumber.containsKey(wanted)) {
      return wanted;
    }
    int number = 1;
    while (byNumber.containsKey(number)) {
      number++;
    }
    return number;
  }

  void dial(WorkerState worker) {
    context.outbox.add(
        new HeadEffect.Dial(
            worker.identity(),
            worker.instance(),
            worker.record.address(),
            worker.number(),
            context.term.epoch()));
  }

  /** Has the worker tell what its journal holds, to be compared. */
  void fetchInventory(WorkerState worker) {
    if (worker.isConnected()) {
      worker.inventoryAsked();
      context.outbox.add(new HeadEffect.FetchInventory(worker.identity(), worker.instance()));
    }
  }

  /**
   * Something lives there that nobody stands for: whether it is an orphan, or to be imported, is
   * the comparison's to say. One for all that is told within a moment.
   */
  void fetchInventorySoon(WorkerState worker) {
    if (!worker.inventoryDue) {
      worker.inventoryDue = true;
      context.after(
          CoreContext.RETRY_MILLIS,
          () -> {
            worker.inventoryDue = false;
            fetchInventory(worker);
          });
    }
  }

  /**
   * The store is behind one journal, so it may be behind all of them: until each is imported,
   * nothing that lives there is killed for being unknown.
   */
  void importAll() {
    boolean changed = false;
    for (WorkerState worker : byNumber.values()) {
      if (worker.record.standing() == WorkerStanding.MEMBER) {
        worker.record = worker.record.as(WorkerStanding.IMPORTING);
        changed = true;
      }
    }
    if (changed) {
      storeImporting();
    }
  }

  /** The first whose journal is to be imported and is not yet; null when there is none. */
  @Nullable WorkerState importing() {
    for (WorkerState worker : byNumber.values()) {
      if (worker.record.standing() == WorkerStanding.IMPORTING) {
        return worker;
      }
    }
    return null;
  }

  /**
   * Stores which journals are still to be imported. Whose import is on its way is not among them:
   * should the store refuse this now, and take that, it would be brought back by the next try.
   */
  void storeImporting() {
    List<Mutation> mutations = new ArrayList<>();
    List<WorkerState> told = new ArrayList<>();
    for (WorkerState worker : byNumber.values()) {
      if (isImportUnrecorded(worker)) {
        mutations.add(new Mutation.WorkerRecorded(worker.record));
        told.add(worker);
      }
    }
    if (told.isEmpty()) {
      return;
    }
    context.outbox.persist(
        mutations,
        () -> {
          told.forEach(WorkerState::importRecorded);
          fetchImports();
        },
        reason -> context.after(CoreContext.RETRY_MILLIS, this::storeImporting));
  }

  /** A record that is itself on its way, of a registration, says so or is told of afterwards. */
  private static boolean isImportUnrecorded(WorkerState worker) {
    return worker.stored != null
        && !worker.importing
        && !worker.beingForgotten
        && !worker.record.equals(worker.stored)
        && worker.record.equals(worker.stored.as(WorkerStanding.IMPORTING));
  }

  private void fetchImports() {
    for (WorkerState worker : byNumber.values()) {
      if (worker.record.standing() == WorkerStanding.IMPORTING && !worker.importing) {
        fetchInventory(worker);
      }
    }
  }

  /** The epoch was raised: every connection is of the former. */
  void dialAnew() {
    for (WorkerState worker : byNumber.values()) {
      worker.disconnected("the head's epoch was raised, it connects anew");
      worker.lastDispatchNumber = 0;
      worker.segments.values().forEach(segment -> segment.lastDispatchNumber = 0);
    }
    dialAll();
  }

  /**
   * Forgotten, back, and nothing of it lives: it stays forgotten, and is shown until it is gone.
   */
  void emptied(WorkerState worker) {
    WorkerRecord record = worker.record.as(WorkerStanding.EMPTIED);
    context.outbox.persist(
        List.of(new Mutation.WorkerRecorded(record)),
        () -> {
          worker.record = worker.record.as(WorkerStanding.EMPTIED);
          worker.stored = record;
        },
        // Another process of it may be there by then.
        reason -> fetchInventorySoon(worker));
  }

  void leave(long request, Command.LeaveWorker command) {
    WorkerState worker = byIdentity.get(command.identity());
    if (worker == null || !worker.instance().equals(command.instance())) {
      context.outbox.refuse(
          request, "worker %s is not registered with this process".formatted(command.identity()));
      return;
    }
    WorkerRecord record =
        worker.record.as(worker.isForgotten() ? worker.record.standing() : WorkerStanding.LEFT);
    worker.record = record;
    context.outbox.persist(
        List.of(new Mutation.WorkerRecorded(record)),
        () -> {
          worker.stored = record;
          context.outbox.reply(request, new Answer.Done());
          if (worker.instance().equals(record.instance())) {
            worker.disconnected("it left the cluster");
            context.outbox.add(new HeadEffect.HangUp(worker.identity(), record.instance()));
          }
        },
        reason ->
            context.outbox.refuse(
                request, "the leave of %s could not be recorded: %s".formatted(worker, reason)));
  }

  Answer.Workers view(Collection<Run> runs) {
    Map<WorkerIdentity, Integer> pending = new HashMap<>();
    for (Run run : runs) {
      if (run.intent == null || run.isOver()) {
        continue;
      }
      for (Segment segment : run.segments) {
        if (segment.phase.mayLive()) {
          pending.merge(segment.requirePlacement().identity(), 1, Integer::sum);
        }
      }
    }
    ImmutableList.Builder<Answer.WorkerView> views = ImmutableList.builder();
    for (WorkerState worker : byNumber.values()) {
      if (worker.record.standing() != WorkerStanding.EMPTIED || worker.isConnected()) {
        views.add(
            new Answer.WorkerView(
                worker.record, worker.state(), pending.getOrDefault(worker.identity(), 0)));
      }
    }
    return new Answer.Workers(views.build());
  }
}
