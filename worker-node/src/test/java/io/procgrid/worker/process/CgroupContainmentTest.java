package io.procgrid.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledIf("available")
class CgroupContainmentTest extends ContainmentContractOfLinux {
  private Path mount;

  static boolean available() {
    return Availability.of(ContainmentMode.CGROUP);
  }

  @Override
  ContainmentMode mode() {
    return ContainmentMode.CGROUP;
  }

  @BeforeEach
  void findMount() throws Exception {
    mount = CgroupMount.find().orElseThrow().mountPoint();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // moves itself out; its parents live on
        "sh -c 'echo $$ >ROOT/cgroup.procs; exec sleep WORD' & sleep WORD",
        // moves itself out, into a new session, orphaned, without environment
        "(setsid sh -c 'echo $$ >ROOT/cgroup.procs; exec env -i sleep WORD' &) ; sleep WORD",
        // the leader itself moves out
        "echo $$ >ROOT/cgroup.procs; sleep WORD & exec sleep WORD",
        // makes a cgroup below its own and moves there
        "L=ROOT$(sed -n 's/^0:://p' /proc/self/cgroup); mkdir -p $L/a/b; "
            + "sh -c \"echo \\$\\$ >$L/a/b/cgroup.procs; exec sleep WORD\" & sleep WORD",
        // a threaded one
        "L=ROOT$(sed -n 's/^0:://p' /proc/self/cgroup); mkdir $L/t; echo threaded >$L/t/cgroup.type; "
            + "sh -c \"echo \\$\\$ >$L/t/cgroup.threads; exec sleep WORD\" & sleep WORD",
        // a frozen one
        "L=ROOT$(sed -n 's/^0:://p' /proc/self/cgroup); mkdir $L/f; "
            + "sleep WORD & echo $! >$L/f/cgroup.procs; sleep 0.3; "
            + "echo 1 >$L/f/cgroup.freeze; exec sleep WORD",
      })
  void whoMovesToAnotherCgroupDies(String script) throws Exception {
    String word = HostProcesses.uniqueWord();
    ContainedTree tree = start(script.replace("WORD", word).replace("ROOT", mount.toString()));
    awaitSleeping(word, 2);
    tree.kill(reason -> {});
    assertThat(HostProcesses.sleeping(word)).isEmpty();
    assertThat(folder.resolve("stderr")).isEmptyFile();
  }

  @Test
  void whoMovedOutKeepsTheTreeFromBeingEmpty() throws Exception {
    String word = HostProcesses.uniqueWord();
    ContainedTree tree =
        start("setsid sh -c 'echo $$ >" + mount + "/cgroup.procs; sleep " + word + "' & sleep 0.1");
    exitOf(tree);
    awaitSleeping(word, 1);
    Thread waiter = Thread.startVirtualThread(() -> awaitEmpty(tree));
    assertThat(waiter.join(Duration.ofMillis(300))).isFalse();
    assertThat(tree.kill(reason -> {}).liveMemberSeen()).isTrue();
    assertThat(waiter.join(Duration.ofSeconds(20))).isTrue();
  }

  @Test
  void leafIsRemovedWithEverythingBelow() throws Exception {
    ContainedTree tree =
        start(
            "L=" + mount + "$(sed -n 's/^0:://p' /proc/self/cgroup); mkdir -p $L/a/b; sleep 1000");
    Path leaf = Path.of(tree.record().place());
    await().until(() -> Files.exists(leaf.resolve("a/b")));
    tree.kill(reason -> {});
    tree.dispose();
    await().until(() -> Files.notExists(leaf));
  }

  @Test
  void leafThatIsInUseIsRemovedLater() throws Exception {
    ContainedTree tree = start("exit 0");
    tree.awaitEmpty();
    Path leaf = Path.of(tree.record().place());
    Process squatter = new ProcessBuilder("sleep", "1000").start();
    try {
      new CgroupLeaf(leaf).enter((int) squatter.pid());
      tree.dispose();
      assertThat(leaf).exists();
    } finally {
      squatter.destroyForcibly().waitFor();
    }
    await().until(() -> Files.notExists(leaf));
  }

  @Test
  void emptyLeafThatNoRecordClaimsIsSwept() throws Exception {
    ContainedTree running = start("exec sleep 1000");
    Path place = Path.of(running.record().place());
    Path left = Files.createDirectory(place.resolveSibling("9-1-0-abc"));
    Files.createDirectories(left.resolve("below/further"));
    Path claimed = Files.createDirectory(place.resolveSibling("9-2-0-abc"));

    openAnother().sweep(Set.of(running.record(), recordIn(claimed)), Set.of());

    assertThat(left).doesNotExist();
    assertThat(claimed).exists();
    assertThat(ProcessHandle.of(running.record().pid())).isPresent();
    Files.delete(claimed);
  }

  @Test
  void leafWhereSomethingLivesIsNeverSwept() throws Exception {
    String word = HostProcesses.uniqueWord();
    ContainedTree deep =
        start(
            "L=ROOT$(sed -n 's/^0:://p' /proc/self/cgroup); mkdir -p $L/a/b; "
                    .replace("ROOT", mount.toString())
                + "echo $$ >$L/a/b/cgroup.procs; exec sleep "
                + word);
    awaitSleeping(word, 1);

    assertThat(openAnother().sweep(Set.of(), Set.of()))
        .contains(new CgroupLeaf(Path.of(deep.record().place())).segment().orElseThrow());

    assertThat(Path.of(deep.record().place(), "a/b")).exists();
    assertThat(HostProcesses.sleeping(word)).hasSize(1);
  }

  @Test
  void orderedStopRemovesTheWorkersFolderUnlessThereAreLeaves() throws Exception {
    ContainedTree tree = start("exec sleep 1000");
    Path leaf = Path.of(tree.record().place());
    openAnother().close();
    assertThat(leaf).exists();

    tree.kill(reason -> {});
    tree.dispose();
    await().until(() -> Files.notExists(leaf));
    openAnother().close();
    assertThat(leaf.getParent()).doesNotExist();
  }

  private static ProcessRecord recordIn(Path leaf) {
    return new ProcessRecord("cgroup", 1, 1, "boot", leaf.toString(), 0);
  }

  @Test
  void frozenByTheOldFreezerIsNamedAndNeverCalledDead() throws Exception {
    Path freezer = Path.of("/sys/fs/cgroup/freezer");
    assumeThat(freezer.resolve("cgroup.procs")).exists();
    Path ice = Files.createDirectory(freezer.resolve("procgrid-" + HostProcesses.uniqueWord()));
    try {
      ContainedTree tree = start("exec sleep 1000");
      long pid = tree.record().pid();
      Files.writeString(ice.resolve("cgroup.procs"), Long.toString(pid));
      Files.writeString(ice.resolve("freezer.state"), "FROZEN");
      await().until(() -> Files.readString(ice.resolve("freezer.state")).startsWith("FROZEN"));

      List<String> reasons = new CopyOnWriteArrayList<>();
      Thread killer = Thread.startVirtualThread(() -> kill(tree, reasons));
      await().until(() -> !reasons.isEmpty());
      assertThat(reasons.getFirst())
          .contains("host testhost")
          .contains("pid " + pid)
          .contains("state D")
          .contains(ice.getFileName().toString());
      assertThat(killer.isAlive()).isTrue();

      Files.writeString(ice.resolve("freezer.state"), "THAWED");
      assertThat(killer.join(Duration.ofSeconds(20))).isTrue();
    } finally {
      Files.writeString(ice.resolve("freezer.state"), "THAWED");
      await().ignoreExceptions().until(() -> Files.deleteIfExists(ice));
    }
  }

  private static void kill(ContainedTree tree, List<String> reasons) {
    try {
      tree.kill(reasons::add);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
