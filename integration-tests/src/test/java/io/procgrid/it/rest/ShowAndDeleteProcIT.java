package io.procgrid.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RestClient;
import io.procgrid.it.TestCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** /has/proc, /show/proc and /delete/proc. */
@ExtendWith(ClusterExtension.class)
class ShowAndDeleteProcIT {
  private static final ProcDraft HELLO = ProcDraft.shell("echo hello");

  private RestClient rest;
  private ProcClient procs;

  @BeforeEach
  void client(TestCluster cluster) {
    rest = cluster.rest();
    procs = cluster.procs();
  }

  @Test
  void hasTellsWhetherTheProcExists() {
    String name = procs.newName();
    assertThat(exists(name)).isFalse();
    rest.call("/create/proc", HELLO.request(name));
    assertThat(exists(name)).isTrue();
    rest.call("/delete/proc", Map.of("proc_name", name));
    assertThat(exists(name)).isFalse();
  }

  @Test
  void hasRefusesUnknownOptions() {
    assertThat(rest.error("/has/proc", Map.of("proc_name", "x", "options", Map.of("no_such", "1"))))
        .contains("no_such");
  }

  @Test
  void showGivesWhatCreateWasGiven() {
    ProcDraft draft =
        HELLO
            .file("sub/data", "x")
            .withCommand("./run.sh", "one", "two words", "")
            .option("max_concurrency_per_node", "3")
            .option("env.COLOUR", "blue")
            .option("wait_for_tree", "true");
    String name = procs.create(draft);

    JsonNode shown = rest.call("/show/proc", Map.of("proc_name", name));

    assertThat(texts(shown.path("proc_names"))).containsExactly(name);
    assertThat(texts(shown.path("execution_modes"))).containsExactly("nondistributed");
    assertThat(texts(shown.path("commands"))).containsExactly("./run.sh");
    assertThat(texts(shown.path("args").path(0))).containsExactly("one", "two words", "");
    for (var option : draft.options().entrySet()) {
      assertThat(shown.path("options").path(0).path(option.getKey()).asText())
          .isEqualTo(option.getValue());
    }
    assertThat(shown.path("files")).hasSize(1);
  }

  @Test
  void filesAreShownOnlyWhenAskedFor() {
    ProcDraft draft = HELLO.fileOf("sub/data", new byte[] {0, 1, (byte) 0x80, (byte) 0xff});
    String name = procs.create(draft);

    JsonNode without = rest.call("/show/proc", Map.of("proc_name", name));
    assertThat(without.path("files").path(0)).isEmpty();

    JsonNode with =
        rest.call(
            "/show/proc", Map.of("proc_name", name, "options", Map.of("include_files", "true")));
    JsonNode files = with.path("files").path(0);
    assertThat(files).hasSize(2);
    assertThat(files.path("sub/data").asText()).isEqualTo("\u0000\u0001\u0080\u00ff");
    assertThat(files.path("run.sh").asText()).isEqualTo("#!/bin/sh\necho hello\n");
  }

  @Test
  void emptyNameShowsAllProcs() {
    String first = procs.create(HELLO);
    String second = procs.create(HELLO);
    JsonNode shown = rest.call("/show/proc", Map.of());
    List<String> names = texts(shown.path("proc_names"));
    assertThat(names).contains(first, second);
    for (String list : List.of("execution_modes", "files", "commands", "args", "options")) {
      assertThat(shown.path(list)).hasSize(names.size());
    }
  }

  @Test
  void showOfAnUnknownNameIsAnError() {
    assertThat(rest.error("/show/proc", Map.of("proc_name", "never made"))).contains("never made");
  }

  @Test
  void deleteOfAnUnknownNameIsAnError() {
    assertThat(rest.error("/delete/proc", Map.of("proc_name", "never made")))
        .contains("never made");
  }

  @Test
  void deleteKillsTheRunsOfTheProcAndNoOthers() {
    String marker = TestCluster.newMarker();
    String sibling = TestCluster.newMarker();
    String name = procs.create(ProcDraft.command("sleep", marker).distributed());
    String run = procs.execute(name);
    procs.run(ProcDraft.command("sleep", sibling));
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    Set<Long> siblings = TestCluster.awaitLive(sibling, 1);

    JsonNode answer = rest.call("/delete/proc", Map.of("proc_name", name));

    assertThat(LivePids.among(pids)).isEmpty();
    assertThat(LivePids.among(siblings)).isEqualTo(siblings);
    assertThat(answer.path("proc_name").asText()).isEqualTo(name);
    assertThat(answer.path("info").path("pending_run_ids").asText("")).isEmpty();
    assertThat(procs.status(run).overall()).isEqualTo("killed");
  }

  @Test
  void deletedNameIsFreeAtOnceAndFinishedRunsStayInStatus() {
    String name = procs.create(HELLO);
    String run = procs.execute(name);
    procs.awaitOver(run);
    rest.call("/delete/proc", Map.of("proc_name", name));

    rest.call("/create/proc", ProcDraft.shell("echo second").request(name));

    assertThat(procs.status(run).stdout()).containsExactly("hello");
    assertThat(procs.awaitOver(procs.execute(name)).stdout()).containsExactly("second");
  }

  @Test
  void deleteRemovesTheProcsAutoStartEntries() {
    String name = procs.create(HELLO);
    String entry = procs.execute(name, "execute_at_startup", "true");
    assertThat(procs.autoStarts(name).has(entry)).isTrue();

    rest.call("/delete/proc", Map.of("proc_name", name));

    rest.call("/create/proc", HELLO.request(name));
    assertThat(procs.autoStarts(name)).isEmpty();
    assertThat(procs.status(entry).overall()).isEmpty();
  }

  private boolean exists(String name) {
    return rest.call("/has/proc", Map.of("proc_name", name)).path("proc_exists").asBoolean();
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(element -> texts.add(element.asText()));
    return texts;
  }
}
