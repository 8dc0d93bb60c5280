package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.head.core.HeadEvent.ProbeAnswered.Presence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets workers in.
 *
 * <p>A process takes the place of another one of its identity only when that one is gone, or does
 * not answer while the newcomer does, in which case it is fenced. So a copy of a data folder never
 * serves beside the original.
 */
final class Registrations {
  /**
   * A newcomer waits for what is found out about the process whose place it claims, and then,
   * should that be silent, about itself.
   */
  private record Contest(
      WorkerInstance incumbent,
      WorkerAnnouncement newcomer,
      List<Long> requests,
      boolean incumbentIsSilent) {
    /** The process that was asked last. */
    WorkerInstance asked() {
      return incumbentIsSilent ? newcomer.instance() : incumbent;
    }
  }

  private final CoreContext context;
  private final Workers workers;
  private final Map<WorkerIdentity, Contest> contests = new HashMap<>();

  Registrations(CoreContext context, Workers workers) {
    this.context = context;
    this.workers = workers;
  }

  void register(long request, WorkerAnnouncement announcement) {
    String cluster = announcement.clusterId();
    if (!cluster.isEmpty() && !cluster.equals(context.clusterId.value())) {
      context.outbox.refuse(
          request,
          ("worker at %s belongs to cluster %s, this head serves %s; start the worker on an empty data folder, or at "
                  + "its own head")
              .formatted(announcement.address(), cluster, context.clusterId));
      return;
    }
    WorkerState known = workers.find(announcement.identity());
    if (known != null && known.record.fenced().contains(announcement.instance())) {
      context.outbox.refuse(request, fenced(known));
      return;
    }
    if (known == null
        || known.instance().equals(announcement.instance())
        || known.record.standing() == WorkerStanding.LEFT) {
      admit(List.of(request), announcement, ImmutableList.of());
      return;
    }
    contest(request, known, announcement);
  }

  private static String fenced(WorkerState known) {
    return ("this process did not answer and was replaced by the worker at %s, which has the same identity %s; end this one, "
            + "and start it on an empty data folder if it is to be a worker of its own")
        .formatted(known.record.address(), known.identity());
  }

  /** Asks the process that has the place, before anybody takes it. */
  private void contest(long request, WorkerState known, WorkerAnnouncement newcomer) {
    Contest open = contests.get(newcomer.identity());
    if (open == null) {
      List<Long> requests = new ArrayList<>(List.of(request));
      contests.put(newcomer.identity(), new Contest(known.instance(), newcomer, requests, false));
      context.outbox.add(
          new HeadEffect.Probe(known.identity(), known.instance(), known.record.address()));
      return;
    }
    if (open.newcomer.instance().equals(newcomer.instance())) {
      open.requests.add(request);
      return;
    }
    context.outbox.refuse(
        request,
        "another process of identity %s, at %s, is just being let in"
            .formatted(newcomer.identity(), open.newcomer.address()));
  }

  void probed(HeadEvent.ProbeAnswered event) {
    WorkerState worker = workers.find(event.identity());
    Contest contest = contests.get(event.identity());
    if (worker == null || contest == null || !contest.asked().equals(event.instance())) {
      return;
    }
    contests.remove(event.identity());
    if (!worker.instance().equals(contest.incumbent)) {
      refuseAll(contest.requests, inUse(worker));
    } else if (contest.incumbentIsSilent) {
      newcomerProbed(worker, contest, event.presence());
    } else {
      incumbentProbed(worker, contest, event.presence());
    }
  }

  private void incumbentProbed(WorkerState worker, Contest contest, Presence presence) {
    switch (presence) {
      case ALIVE -> refuseAll(contest.requests, inUse(worker));
      case GONE -> admit(contest.requests, contest.newcomer, ImmutableList.of());
      case SILENT -> {
        // The announcement may be the late one of a process that died: nobody is fenced for it.
        WorkerAnnouncement newcomer = contest.newcomer;
        contests.put(
            worker.identity(), new Contest(contest.incumbent, newcomer, contest.requests, true));
        context.outbox.add(
            new HeadEffect.Probe(worker.identity(), newcomer.instance(), newcomer.address()));
      }
    }
  }

  private void newcomerProbed(WorkerState worker, Contest contest, Presence presence) {
    if (worker.isConnected()) {
      // Its connection knows better than the silence.
      refuseAll(contest.requests, inUse(worker));
    } else if (presence == Presence.ALIVE) {
      admit(contest.requests, contest.newcomer, ImmutableList.of(contest.incumbent));
    } else {
      refuseAll(contest.requests, neitherAnswers(worker, contest.newcomer));
    }
  }

  private static String neitherAnswers(WorkerState worker, WorkerAnnouncement newcomer) {
    return ("identity %s is in use by the worker at %s, which does not answer; nor does the process that claims it answer the "
            + "head at %s, where it says that it can be reached")
        .formatted(worker.identity(), worker.record.address(), newcomer.address());
  }

  /** Nobody would hear what is found out about a process that has not got the place after all. */
  private void giveUpContest(WorkerState worker, String reason) {
    Contest contest = contests.remove(worker.identity());
    if (contest != null) {
      refuseAll(contest.requests, reason);
    }
  }

  private static String inUse(WorkerState worker) {
    return ("identity %s is in use by the worker at %s; if this is a copy of its data folder, start it on an empty one, else "
            + "stop one of the two")
        .formatted(worker.identity(), worker.record.address());
  }

  private void refuseAll(List<Long> requests, String reason) {
    requests.forEach(request -> context.outbox.refuse(request, reason));
  }

  private void admit(
      List<Long> requests, WorkerAnnouncement announcement, ImmutableList<WorkerInstance> fence) {
    context.term.whenSettled(() -> {
      WorkerState known = workers.find(announcement.identity());
      if (known != null && (known.beingForgotten || known.importing)) {
        // Its record would come behind the forgetting, or the import, and undo it in the store.
        refuseAll(requests, "%s is being looked after at this moment: ask again".formatted(known));
        return;
      }
      boolean behind =
          context.term.isBehind(announcement.highestEpoch(), announcement.highestRunId())
              || (known == null && announcement.highestEpoch() != null);
      boolean past = context.term.isPast(announcement.highestEpoch(), announcement.highestRunId());
      boolean discovered =
          behind && (known == null || known.record.standing() != WorkerStanding.IMPORTING);
      WorkerState worker = workers.record(recordOf(announcement, known, fence, behind));
      if (discovered) {
        workers.importAll();
      }
      if (past) {
        store(requests, worker);
      } else {
        raise(requests, worker, announcement);
      }
    });
  }

  private void store(List<Long> requests, WorkerState worker) {
    WorkerRecord record = worker.record;
    boolean changed = !record.equals(worker.stored);
    context.outbox.persist(
        changed ? List.of(new Mutation.WorkerRecorded(record)) : List.of(),
        () -> {
          if (changed) {
            worker.stored = record;
            // Meanwhile its journal may have become one that is to be imported.
            workers.storeImporting();
          }
          welcome(requests, worker);
          // Whoever takes the place next is dialled when it has it: its connection would stand, and
          // not count, should the store refuse that.
          boolean hasThePlace = worker.instance().equals(record.instance());
          if (hasThePlace && (changed || !worker.isConnected())) {
            workers.dial(worker);
          }
          if (worker.record.standing() == WorkerStanding.IMPORTING) {
            // A late announcement of who is connected brings no connection, and so no inventory.
            workers.fetchInventory(worker);
          }
        },
        reason -> {
          WorkerRecord stored = worker.stored;
          if (stored != null && worker.record.equals(record)) {
            // Whose place was not taken keeps it, should the newcomer not come again; who was
            // dialled meanwhile is hung up.
            workers.record(stored.as(standing(stored, record)));
            giveUpContest(worker, unrecorded(worker, reason));
            // The store may have refused that before.
            workers.storeImporting();
          }
          refuseAll(requests, unrecorded(worker, reason));
        });
  }

  /** The store is behind: past what the worker has seen first, then everybody is dialled anew. */
  private void raise(List<Long> requests, WorkerState worker, WorkerAnnouncement announcement) {
    WorkerRecord record = worker.record;
    context.term.raise(
        announcement.highestEpoch(),
        announcement.highestRunId(),
        List.of(new Mutation.WorkerRecorded(record)),
        () -> {
          worker.stored = record;
          welcome(requests, worker);
          workers.dialAnew();
        },
        reason -> refuseAll(requests, unrecorded(worker, reason)));
  }

  private void welcome(List<Long> requests, WorkerState worker) {
    String notice = worker.isForgotten() ? forgotten(worker) : "";
    for (long request : requests) {
      context.outbox.reply(
          request, new Answer.Registered(worker.number(), context.term.epoch(), notice));
    }
  }

  private static String forgotten(WorkerState worker) {
    return ("worker %d was forgotten by /forget/worker: it is let in only to be emptied, everything that lives in its journal "
            + "is killed; to join the cluster again, start it on an empty data folder")
        .formatted(worker.number());
  }

  private static String unrecorded(WorkerState worker, String reason) {
    return "%s could not be recorded: %s".formatted(worker, reason);
  }

  private WorkerRecord recordOf(
      WorkerAnnouncement announcement,
      @Nullable WorkerState known,
      ImmutableList<WorkerInstance> fence,
      boolean behind) {
    ImmutableList<WorkerInstance> fenced =
        known == null
            ? fence
            : ImmutableList.<WorkerInstance>builder()
                .addAll(known.record.fenced())
                .addAll(fence)
                .build();
    return new WorkerRecord(
        known == null ? workers.freeNumber(announcement.wantedNumber()) : known.number(),
        announcement.identity(),
        announcement.instance(),
        announcement.address(),
        announcement.slots(),
        announcement.host(),
        announcement.containment(),
        standing(known, behind),
        fenced);
  }

  /** What was found out about a journal stays true, whichever process has the place. */
  private static WorkerStanding standing(WorkerRecord stored, WorkerRecord refused) {
    boolean foundOut =
        stored.standing() == WorkerStanding.MEMBER
            && refused.standing() == WorkerStanding.IMPORTING;
    return foundOut ? WorkerStanding.IMPORTING : stored.standing();
  }

  /** A journal stays to be imported until it is; who was forgotten stays so. */
  private static WorkerStanding standing(@Nullable WorkerState known, boolean behind) {
    WorkerStanding former = known == null ? WorkerStanding.MEMBER : known.record.standing();
    return switch (former) {
      case FORGOTTEN -> WorkerStanding.FORGOTTEN;
      case EMPTIED -> WorkerStanding.EMPTIED;
      case IMPORTING -> WorkerStanding.IMPORTING;
      case MEMBER, LEFT -> behind ? WorkerStanding.IMPORTING : WorkerStanding.MEMBER;
    };
  }
}
