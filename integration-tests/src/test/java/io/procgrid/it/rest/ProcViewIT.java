package io.procgrid.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RunState;
import io.procgrid.it.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a proc sees: environment, working folder, descriptors. */
@ExtendWith(ClusterExtension.class)
class ProcViewIT {
  private ProcClient procs;
  private Path scratch;

  @BeforeEach
  void client(TestCluster cluster) {
    procs = cluster.procs();
    scratch = cluster.scratch();
  }

  @Test
  void environmentIsExactlyWhatIsDocumented() {
    String name =
        procs.create(
            ProcDraft.command("env").option("env.COLOUR", "deep blue").option("env.E", ""));
    String run = procs.executeWith(name, Map.of("who.is-it", "x y", "Ä", "z", "n", "5"));
    RunState state = procs.awaitOver(run);

    Set<String> lines = new TreeSet<>(state.stdout());
    Set<String> own = new TreeSet<>();
    for (String inherited : List.of("PATH", "HOME", "LANG", "TZ")) {
      String value = System.getenv(inherited);
      if (value != null) {
        own.add(inherited + "=" + value);
      }
    }
    own.add("PROCGRID_RUN_ID=" + run);
    own.add("PROCGRID_PROC_NAME=" + name);
    own.add("PROCGRID_SEGMENT_ID=0");
    own.add("PROCGRID_SEGMENT_NUMBER=0");
    own.add("PROCGRID_SEGMENT_COUNT=1");
    own.add("PROCGRID_PARAM_WHO_IS_IT=x y");
    own.add("PROCGRID_PARAM__=z");
    own.add("PROCGRID_PARAM_N=5");
    own.add("COLOUR=deep blue");
    own.add("E=");
    assertThat(lines).isEqualTo(own);
  }

  @Test
  void valueTooLongForExecIsLeftOutAndNamed() {
    String name =
        procs.create(
            ProcDraft.shell(
                "echo $PROCGRID_PARAMS_OMITTED; echo ${#PROCGRID_PARAM_SMALL}; env | grep -c BIG"));
    String run =
        procs.executeWith(
            name, Map.of("big", "x".repeat(128 * 1024), "small", "y".repeat(100 * 1024)));
    assertThat(procs.awaitOver(run).stdout()).containsExactly("big", "102400", "0");
  }

  @Test
  void paramsOfAlmostAMebibyteReachEveryWorker() {
    String name =
        procs.create(
            ProcDraft.shell("env | grep -c ^PROCGRID_PARAM_P; echo ${#PROCGRID_PARAM_P7}")
                .distributed());
    Map<String, String> params = new HashMap<>();
    for (int i = 0; i < 8; i++) {
      params.put("p" + i, "x".repeat(120 * 1024));
    }
    RunState state = procs.awaitOver(procs.executeWith(name, params));
    for (String segment : List.of("0", "1000")) {
      assertThat(state.stdout(segment)).as(state.message(segment)).containsExactly("8", "122880");
    }
  }

  @Test
  void workingFolderIsFreshPerSegmentAndRemovedWhenTheRunIsOver() {
    ProcDraft draft =
        ProcDraft.shell("ls; touch mine; echo changed >data; pwd; stat -c %h run.sh data")
            .file("data", "original\n")
            .distributed();
    String name = procs.create(draft);
    Set<String> folders = new TreeSet<>();
    for (int i = 0; i < 2; i++) {
      RunState state = procs.awaitOver(procs.execute(name));
      for (String segment : List.of("0", "1000")) {
        List<String> lines = state.stdout(segment);
        assertThat(lines).hasSize(5);
        assertThat(lines.subList(0, 2)).containsExactly("data", "run.sh");
        assertThat(lines.subList(3, 5)).containsExactly("1", "1");
        folders.add(lines.get(2));
      }
    }
    assertThat(folders).hasSize(4);
    assertThat(folders.stream().map(Path::of).filter(Files::exists)).isEmpty();
  }

  @Test
  void filesAreExecutable() {
    String run = procs.run(ProcDraft.shell("test -x data && echo yes").file("data", "x"));
    assertThat(procs.awaitOver(run).stdout()).containsExactly("yes");
  }

  @Test
  void standardInputIsEmpty() {
    String run = procs.run(ProcDraft.shell("readlink /proc/self/fd/0; cat; echo end"));
    assertThat(procs.awaitOver(run).stdout()).containsExactly("/dev/null", "end");
  }

  @Test
  void noDescriptorOfTheWorkerIsOpen() {
    // ls itself opens the folder that it lists as its lowest free descriptor: 3.
    String run = procs.run(ProcDraft.command("ls", "/proc/self/fd"));
    assertThat(procs.awaitOver(run).stdout()).containsExactly("0", "1", "2", "3");
  }

  @Test
  void noSignalIsBlockedOrIgnored() {
    String run =
        procs.run(
            ProcDraft.command("sed", "-n", "s/^Sig\\(Blk\\|Ign\\):.//p", "/proc/self/status"));
    List<String> masks = procs.awaitOver(run).stdout();
    assertThat(masks).hasSize(2);
    for (String mask : masks) {
      // 32 and 33 belong to the C library, which ignores them in every process it spawns.
      assertThat(Long.parseUnsignedLong(mask, 16) & ~0x1_8000_0000L).as(mask).isZero();
    }
  }

  @Test
  void argumentsArriveAsGiven() {
    String run =
        procs.run(
            ProcDraft.shell("for a; do echo \"[$a]\"; done")
                .withCommand("./run.sh", "", "two words", "*", "$HOME", "ä\"'\\"));
    assertThat(procs.awaitOver(run).stdout())
        .containsExactly("[]", "[two words]", "[*]", "[$HOME]", "[ä\"'\\]");
  }

  @Test
  void twoRunsNeverShareAFile() throws IOException {
    String marker = TestCluster.newMarker();
    Path seen = scratch.resolve(marker);
    String name =
        procs.create(
            ProcDraft.shell("pwd >>%s\nexec sleep %s".formatted(seen, marker)).distributed());
    procs.execute(name);
    procs.execute(name);
    TestCluster.awaitLive(marker, 4);
    assertThat(Set.copyOf(Files.readAllLines(seen))).hasSize(4);
  }
}
