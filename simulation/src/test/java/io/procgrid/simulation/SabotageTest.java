package io.procgrid.simulation;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.Mutation;
import io.procgrid.worker.core.Address;
import io.procgrid.worker.core.Command;
import io.procgrid.worker.core.JournalEntry;
import io.procgrid.worker.core.Recovered;
import io.procgrid.worker.process.ProcessRecord;
import io.procgrid.worker.process.TreeDeath;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * The simulation bites: each of these faults, had a core or the journal or the store it, is found.
 */
class SabotageTest {
  private static final long SEEDS = 600;

  private static void assertFound(Sabotage sabotage) {
    assertFound(sabotage, "");
  }

  /** A fault that does other harm first has to be found by what it is feared for. */
  private static void assertFound(Sabotage sabotage, String harm) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      try {
        new History(seed, sabotage, false).play();
      } catch (AssertionError found) {
        if (String.valueOf(found.getMessage()).contains(harm)) {
          return;
        }
      }
    }
    throw new IllegalStateException("not found in %d histories".formatted(SEEDS));
  }

  // ---- The worker's journal ----

  private static void assertFoundWhenNotWritten(Class<? extends JournalEntry> kind) {
    assertFound(
        new Sabotage() {
          @Override
          boolean isJournaled(JournalEntry entry) {
            return !kind.isInstance(entry);
          }
        });
  }

  @Test
  void findsTombstoneThatIsAcknowledgedAndNotWritten() {
    assertFoundWhenNotWritten(JournalEntry.Tombstoned.class);
  }

  @Test
  void findsAcceptanceThatIsAcknowledgedAndNotWritten() {
    assertFoundWhenNotWritten(JournalEntry.Accepted.class);
  }

  @Test
  void findsGateThatOpensBeforeTheProcessIsRecorded() {
    assertFoundWhenNotWritten(JournalEntry.ProcessRecorded.class);
  }

  @Test
  void findsEndThatIsAcknowledgedAndLost() {
    assertFoundWhenNotWritten(JournalEntry.Ended.class);
  }

  @Test
  void findsEpochThatIsAcknowledgedAndNotWritten() {
    assertFoundWhenNotWritten(JournalEntry.TermOpened.class);
  }

  @Test
  void findsTombstoneThatIsNeverForgotten() {
    assertFoundWhenNotWritten(JournalEntry.Forgotten.class);
  }

  @Test
  void findsBootThatIsIgnoredAtAdoption() {
    assertFound(
        new Sabotage() {
          @Override
          Recovered recovered(Recovered recovered, String bootId) {
            return new Recovered(
                recovered.identity(),
                recovered.clusterId(),
                recovered.epoch(),
                recovered.dispatchNumber(),
                recovered.highestRunId(),
                recovered.segments().stream()
                    .map(entry -> asOfBoot(entry, bootId))
                    .collect(ImmutableList.toImmutableList()),
                recovered.bundles());
          }
        });
  }

  private static Recovered.Entry asOfBoot(Recovered.Entry entry, String bootId) {
    if (!(entry instanceof Recovered.Intact intact) || intact.process() == null) {
      return entry;
    }
    ProcessRecord of = intact.process();
    return new Recovered.Intact(
        intact.segment(),
        intact.epochCounter(),
        intact.accepted(),
        intact.spec(),
        new ProcessRecord(
            of.containment(), of.pid(), of.startTicks(), bootId, of.place(), of.startedAtMillis()),
        intact.tombstone(),
        intact.outcome());
  }

  // ---- What a worker obeys ----

  @Test
  void findsEpochThatIsNotChecked() {
    assertFound(
        new Sabotage() {
          @Override
          Command arriving(
              Command command,
              WorkerIdentity identity,
              WorkerInstance instance,
              ModelJournal journal) {
            Epoch open = journal.epoch();
            return open == null
                ? command
                : Readdressing.to(
                    command, to -> new Address(to.clusterId(), to.identity(), to.instance(), open));
          }
        });
  }

  @Test
  void findsIdentityThatIsNotChecked() {
    assertFound(
        new Sabotage() {
          @Override
          Command arriving(
              Command command,
              WorkerIdentity identity,
              WorkerInstance instance,
              ModelJournal journal) {
            return Readdressing.to(
                command,
                to -> new Address(to.clusterId(), identity.value(), instance.value(), to.epoch()));
          }
        });
  }

  @Test
  void findsDispatchNumberThatIsNotChecked() {
    assertFound(
        new Sabotage() {
          private long number = 1_000_000;

          @Override
          Command arriving(
              Command command,
              WorkerIdentity identity,
              WorkerInstance instance,
              ModelJournal journal) {
            if (!(command instanceof Command.Start start)) {
              return command;
            }
            number += start.orders().size();
            return Readdressing.numbered(start, number);
          }
        },
        " begins");
  }

  @Test
  void findsForgettingWithoutItsNumber() {
    assertFound(
        new Sabotage() {
          @Override
          Command arriving(
              Command command,
              WorkerIdentity identity,
              WorkerInstance instance,
              ModelJournal journal) {
            return command instanceof Command.Forget forget
                ? Readdressing.numberless(forget)
                : command;
          }
        });
  }

  // ---- Processes ----

  @Test
  void findsKillThatIsReportedBeforeTheTreeIsDead() {
    assertFound(
        new Sabotage() {
          @Override
          boolean provesUnseen(SegmentKey segment) {
            return true;
          }
        });
  }

  @Test
  void findsKilledClaimedWhereTheLeaderHadEndedByItself() {
    assertFound(
        new Sabotage() {
          @Override
          TreeDeath seen(TreeDeath death) {
            return new TreeDeath(true, death.membersSeen());
          }
        });
  }

  // ---- The head's store ----

  private static void assertFoundWhenNotStored(Predicate<Mutation> which) {
    assertFound(
        new Sabotage() {
          @Override
          boolean isStored(Mutation mutation) {
            return !which.test(mutation);
          }
        });
  }

  private static void assertFoundWhenStoredLate(Predicate<Mutation> which) {
    assertFound(
        new Sabotage() {
          @Override
          boolean isStoredLate(Mutation mutation) {
            return which.test(mutation);
          }
        });
  }

  @Test
  void findsIntentThatIsAcknowledgedAndNotStored() {
    assertFoundWhenNotStored(mutation -> mutation instanceof Mutation.KillIntended);
  }

  @Test
  void findsEndOfSegmentThatIsAcknowledgedAndNotStored() {
    assertFoundWhenNotStored(mutation -> mutation instanceof Mutation.SegmentEnded);
  }

  @Test
  void findsRunThatIsAcknowledgedBeforeItIsStored() {
    assertFoundWhenStoredLate(mutation -> mutation instanceof Mutation.RunCreated);
  }

  @Test
  void findsPlacementThatIsStoredAfterTheStartLeft() {
    assertFoundWhenStoredLate(mutation -> mutation instanceof Mutation.SegmentPlaced);
  }

  @Test
  void findsForgettingBeforeTheEndIsStored() {
    assertFoundWhenStoredLate(mutation -> mutation instanceof Mutation.SegmentEnded);
  }

  @Test
  void findsEntryThatRunsAgainAfterACrashOfTheHead() {
    assertFound(
        new Sabotage() {
          @Override
          io.procgrid.head.core.Recovered recovered(
              io.procgrid.head.core.Recovered recovered, boolean clusterStarts) {
            return new io.procgrid.head.core.Recovered(
                recovered.clusterId(),
                recovered.epoch(),
                recovered.history(),
                recovered.clusterStart() + (clusterStarts ? 0 : 1),
                recovered.nextRunId(),
                recovered.procs(),
                recovered.entries(),
                recovered.runs(),
                recovered.workers());
          }
        });
  }

  // ---- What leaves the head ----

  @Test
  void findsInventoryThatIsAskedForBeforePendingKillsAreTold() {
    assertFound(
        new Sabotage() {
          @Override
          List<HeadEffect> leaving(List<HeadEffect> effects) {
            List<HeadEffect> changed = new ArrayList<>(effects);
            effects.stream()
                .filter(HeadEffect.SendKill.class::isInstance)
                .forEach(kill -> {
                  changed.remove(kill);
                  changed.add(kill);
                });
            return changed;
          }
        });
  }
}
