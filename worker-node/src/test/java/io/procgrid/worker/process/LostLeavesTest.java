package io.procgrid.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.worker.process.linux.ProcessStat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Processes whose record is lost, found by their leaves: of this worker, and of others. */
@EnabledIf("available")
@Timeout(60)
class LostLeavesTest {
  private static final SegmentKey SEGMENT = new SegmentKey(7, 1, 0);

  private final String identity = "test-" + HostProcesses.uniqueWord();
  private final String word = HostProcesses.uniqueWord();
  private final Deque<ContainedTree> trees = new ArrayDeque<>();
  private final Deque<Containment> opened = new ArrayDeque<>();

  @TempDir Path folder;

  static boolean available() {
    return Availability.of(ContainmentMode.CGROUP);
  }

  @AfterEach
  void leaveNothingBehind() throws Exception {
    for (ContainedTree tree : trees) {
      tree.kill(reason -> {});
      tree.dispose();
      await().until(() -> Files.notExists(Path.of(tree.record().place())));
    }
    await().until(() -> Keepers.sweepAfter(identity));
    opened.forEach(Containment::close);
  }

  private Containment open(String name, Ground... grounds) throws Exception {
    Containment containment =
        new ContainmentProbe(name, "testhost", Set.of(grounds)).open(ContainmentMode.CGROUP);
    opened.push(containment);
    return containment;
  }

  /** Launched by a worker process of before. */
  private ProcessRecord launched(Containment before, String script) throws Exception {
    ContainedTree tree = before.launch(SEGMENT, ContainmentContract.shellPlan(folder, script));
    trees.push(tree);
    tree.release();
    ContainmentContract.awaitSleeping(word, 1);
    return tree.record();
  }

  @Test
  void segmentIsFoundByTheNameOfItsLeafAndDies() throws Exception {
    Containment before = open(identity);
    launched(before, "exec sleep " + word);

    ContainedTree found = open(identity).find(SEGMENT, null);

    assertThat(found.leaderExit()).isNotDone();
    assertThat(found.kill(reason -> {})).isEqualTo(new TreeDeath(true, 1));
    assertThat(HostProcesses.sleeping(word)).isEmpty();
    assertThat(found.leaderExit()).isDone();
  }

  @Test
  void whoMovedOutOfALeafIsFoundWithIt() throws Exception {
    Path root = CgroupMount.find().orElseThrow().mountPoint();
    launched(
        open(identity),
        "setsid sh -c 'echo $$ >%s/cgroup.procs; exec env -i sleep %s' & exit 0"
            .formatted(root, word));

    assertThat(open(identity).find(SEGMENT, null).kill(reason -> {}).liveMemberSeen()).isTrue();

    assertThat(HostProcesses.sleeping(word)).isEmpty();
  }

  @Test
  void segmentWithoutALeafIsDeadWhereEveryGroundIsOfLeaves() throws Exception {
    ContainedTree found = open(identity).find(new SegmentKey(8, 1, 0), null);

    assertThat(found.kill(reason -> {})).isEqualTo(new TreeDeath(false, 0));
    await().until(() -> found.leaderExit().isDone());
  }

  @Test
  void segmentWithoutALeafMayLiveWhereOtherMechanismsWereUsed() throws Exception {
    Containment after = open(identity, new Ground("session", ""));

    assertThatThrownBy(() -> after.find(SEGMENT, null))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("session")
        .hasMessageContaining("end them");
  }

  @Test
  void placeOfAnotherPidNamespaceIsWatchedAndCanBeKilled() throws Exception {
    ProcessRecord record = launched(open(identity), "exec sleep " + word);
    Containment after = open(identity);
    ContainedTree found = after.find(SEGMENT, record);
    assertThat(found.leaderExit()).isNotDone();

    assertThat(found.kill(reason -> {}).liveMemberSeen()).isTrue();

    assertThat(HostProcesses.sleeping(word)).isEmpty();
  }

  @Test
  void placeOfAnotherPidNamespaceThatCannotBeLookedIntoProvesNothing() throws Exception {
    ProcessRecord gone =
        new ProcessRecord("cgroup", 1, 1, "boot", "/sys/fs/cgroup/nowhere/7-1-0-a", 0);
    Containment after = open(identity);

    assertThatThrownBy(() -> after.find(SEGMENT, gone)).hasMessageContaining("nowhere");
  }

  @Test
  void sweepNamesStraysAndSparesWhatIsSought() throws Exception {
    ProcessRecord record = launched(open(identity), "exec sleep " + word);
    Path empty = Files.createDirectory(Path.of(record.place()).resolveSibling("9-1-0-abc"));
    Path sought = Files.createDirectory(Path.of(record.place()).resolveSibling("9-2-0-abc"));
    Containment after = open(identity);

    assertThat(after.sweep(Set.of(), Set.of(new SegmentKey(9, 2, 0)))).containsExactly(SEGMENT);
    assertThat(after.sweep(Set.of(record), Set.of())).isEmpty();

    assertThat(empty).doesNotExist();
    assertThat(sought).doesNotExist();
    assertThat(HostProcesses.sleeping(word)).hasSize(1);
  }

  private List<Leftovers.Leftover> leftovers(Containment containment) {
    return containment.leftovers().find().stream()
        .filter(leftover -> leftover.identity().value().equals(identity))
        .toList();
  }

  @Test
  void whatAWorkerWithALostJournalLeftIsFoundAndKilled() throws Exception {
    Containment lost = open(identity);
    ProcessRecord record = launched(lost, "sleep " + word + " & exec sleep " + word);
    ContainmentContract.awaitSleeping(word, 2);
    int keeper = ProcessStat.of(record.pid()).orElseThrow().parent();
    Containment other = open("test-" + HostProcesses.uniqueWord());
    assertThat(leftovers(other)).as("of a worker that lives").isEmpty();
    assertThatThrownBy(() -> kill(other, SEGMENT)).hasMessageContaining("lives");

    lost.close();

    assertThat(leftovers(other))
        .singleElement()
        .satisfies(leftover -> assertThat(leftover.segments()).containsExactly(SEGMENT));
    assertThat(HostProcesses.sleeping(word)).hasSize(2);

    assertThat(kill(other, SEGMENT)).isEqualTo(new TreeDeath(true, 2));

    assertThat(HostProcesses.sleeping(word)).isEmpty();
    await().until(() -> ProcessStat.isDead(keeper));
    Path place = Path.of(record.place());
    await().until(() -> leftovers(other).isEmpty() && Files.notExists(place.getParent()));
    assertThat(kill(other, SEGMENT)).as("asked again").isEqualTo(new TreeDeath(false, 0));
    assertThatThrownBy(() -> kill(other, new SegmentKey(8, 1, 0)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("no place of segment 8-1-0");
  }

  private TreeDeath kill(Containment containment, SegmentKey segment) throws InterruptedException {
    return containment.leftovers().kill(new WorkerIdentity(identity), segment, reason -> {});
  }

  @Test
  void folderWithoutALockOfItsOwnKindIsLeftAlone() throws Exception {
    Path root = CgroupMount.find().orElseThrow().mountPoint();
    Path unmarked = Files.createDirectory(root.resolve(LeafFolder.PREFIX + identity));
    try {
      assertThat(leftovers(open("test-" + HostProcesses.uniqueWord()))).isEmpty();
      assertThat(unmarked).exists();
    } finally {
      Files.delete(unmarked);
    }
  }
}
