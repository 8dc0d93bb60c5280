package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.WorkerIdentity;
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
      if (!record.left()) {
        awaited.add(record.identity());
      }
    }
  }

  private void add(WorkerState worker) {
    byIdentity.put(worker.identity(), worker);
    byNumber.put(worker.number(), worker);
  }

  /** Dials those of before. */
  void dialAll() {
    for (WorkerState worker : byNumber.values()) {
      if (!worker.record.left()) {
        dial(worker);
      }
    }
  }

  /** True once every awaited worker is back or the wait is over. */
  boolean settled() {
    return awaited.isEmpty();
  }

  /** A worker is back. */
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

  void register(long request, WorkerAnnouncement announcement) {
    String complaint = complaintAbout(announcement);
    if (!complaint.isEmpty()) {
      context.outbox.refuse(request, complaint);
      return;
    }
    WorkerState known = byIdentity.get(announcement.identity());
    WorkerRecord record = recordOf(announcement, known);
    WorkerState worker = known == null ? new WorkerState(record) : known;
    if (known == null) {
      add(worker);
    } else {
      if (!record.instance().equals(worker.instance())) {
        // Should the announcement be the one that came late, the connection that stood must not be
        // taken for the answer to the next Dial: there would be no LinkUp.
        context.outbox.add(new HeadEffect.HangUp(worker.identity(), worker.instance()));
        worker.disconnected("its process was replaced by a new one");
      }
      worker.record = record;
    }
    boolean changed = !record.equals(worker.stored);
    List<Mutation> mutations = changed ? List.of(new Mutation.WorkerRecorded(record)) : List.of();
    context.outbox.persist(
        mutations,
        () -> {
          if (changed) {
            worker.stored = record;
          }
          context.outbox.reply(request, new Answer.Registered(worker.number(), context.epoch));
          if (changed || !worker.isConnected()) {
            dial(worker);
          }
        },
        reason ->
            context.outbox.refuse(
                request, "%s could not be recorded: %s".formatted(worker, reason)));
  }

  private String complaintAbout(WorkerAnnouncement announcement) {
    String cluster = announcement.clusterId();
    if (!cluster.isEmpty() && !cluster.equals(context.clusterId.value())) {
      return ("worker at %s belongs to cluster %s, this head serves %s; start the worker on an empty data folder, or at "
              + "its own head")
          .formatted(announcement.address(), cluster, context.clusterId);
    }
    var seen = announcement.highestEpoch();
    if (seen != null && (context.epoch.isOlderThan(seen) || context.epoch.contradicts(seen))) {
      return ("worker at %s has seen epoch %d (%s), newer than or contrary to this head's %d (%s): the head's store was "
              + "restored from a backup, or another head serves the cluster")
          .formatted(
              announcement.address(),
              seen.counter(),
              seen.nonce(),
              context.epoch.counter(),
              context.epoch.nonce());
    }
    return "";
  }

  private WorkerRecord recordOf(WorkerAnnouncement announcement, @Nullable WorkerState known) {
    int number = known == null ? freeNumber(announcement.wantedNumber()) : known.number();
    return new WorkerRecord(
        number,
        announcement.identity(),
        announcement.instance(),
        announcement.address(),
        announcement.slots(),
        announcement.host(),
        announcement.containment(),
        false);
  }

  private int freeNumber(int wanted) {
    if (wanted > 0 && !byNumber.containsKey(wanted)) {
      return wanted;
    }
    int number = 1;
    while (byNumber.containsKey(number)) {
      number++;
    }
    return number;
  }

  private void dial(WorkerState worker) {
    context.outbox.add(
        new HeadEffect.Dial(
            worker.identity(),
            worker.instance(),
            worker.record.address(),
            worker.number(),
            context.epoch));
  }

  void leave(long request, Command.LeaveWorker command) {
    WorkerState worker = byIdentity.get(command.identity());
    if (worker == null || !worker.instance().equals(command.instance())) {
      context.outbox.refuse(
          request, "worker %s is not registered with this process".formatted(command.identity()));
      return;
    }
    worker.record = worker.record.leaving();
    context.outbox.persist(
        List.of(new Mutation.WorkerRecorded(worker.record)),
        () -> {
          worker.stored = worker.record;
          worker.disconnected("it left the cluster");
          context.outbox.reply(request, new Answer.Done());
          context.outbox.add(new HeadEffect.HangUp(worker.identity(), worker.instance()));
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
      String state = worker.isReady() ? worker.degraded ? "degraded" : "up" : "down";
      views.add(
          new Answer.WorkerView(worker.record, state, pending.getOrDefault(worker.identity(), 0)));
    }
    return new Answer.Workers(views.build());
  }
}
