package io.procgrid.it.kill;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.KillAnswer;
import io.procgrid.it.LivePids;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RestClient;
import io.procgrid.it.TestCluster;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which runs a kill means: two procs run under three tags on two workers, and what was not selected
 * lives on.
 */
@ExtendWith(ClusterExtension.class)
class KillSelectionIT {
  private static final String KILL = "/kill/proc";

  private final String spreadMarker = TestCluster.newMarker();
  private final String singleMarker = TestCluster.newMarker();
  private RestClient rest;
  private ProcClient procs;
  private String spread;
  private String blue;
  private String red;
  private String single;
  private Set<Long> pids;

  @BeforeEach
  void fourRuns(TestCluster cluster) {
    rest = cluster.rest();
    procs = cluster.procs();
    spread = procs.create(ProcDraft.command("sleep", spreadMarker).distributed());
    blue = procs.execute(spread, "run_tag", "blue");
    red = procs.execute(spread, "run_tag", "red");
    single = procs.run(ProcDraft.command("sleep", singleMarker), "run_tag", "blue");
    pids = new HashSet<>(TestCluster.awaitLive(spreadMarker, 4));
    pids.addAll(TestCluster.awaitLive(singleMarker, 1));
  }

  private void assertKilled(KillAnswer answer, String... runs) {
    assertThat(answer.runIds()).containsExactlyInAnyOrder(runs);
    assertThat(answer.pending()).isEmpty();
    int left = 5;
    for (String run : new String[] {blue, red, single}) {
      boolean killed = Set.of(runs).contains(run);
      assertThat(procs.status(run).overall()).isEqualTo(killed ? "killed" : "running");
      left -= killed ? run.equals(single) ? 1 : 2 : 0;
    }
    assertThat(LivePids.among(pids)).hasSize(left);
  }

  @Test
  void runIdAloneKillsThatRun() {
    assertKilled(procs.kill(red), red);
  }

  @Test
  void tagAloneKillsEveryRunExecutedWithIt() {
    assertKilled(procs.kill("", "run_tag", "blue"), blue, single);
  }

  @Test
  void runIdAndTagMustBothMatch() {
    assertKilled(procs.kill(red, "run_tag", "blue"));
    assertKilled(procs.kill(red, "run_tag", "red"), red);
  }

  @Test
  void neitherKillsEverything() {
    assertKilled(procs.kill(""), blue, red, single);
  }

  @Test
  void emptyTagIsNoSelector() {
    assertKilled(procs.kill(red, "run_tag", ""), red);
  }

  @Test
  void procNameSelects() {
    assertKilled(procs.kill("", "proc_name", spread), blue, red);
  }

  @Test
  void everySelectorMustMatch() {
    assertKilled(procs.kill("", "proc_name", "never made", "run_tag", "blue"));
    assertKilled(procs.kill("", "proc_name", spread, "run_tag", "blue"), blue);
  }

  @Test
  void workerSelectsRunsWithASegmentThere(TestCluster cluster) {
    assertKilled(procs.kill("", "worker", "2"), blue, red);
    assertThat(procs.kill("", "worker", "99").runIds()).isEmpty();
    String identity = cluster.shownWorker(1).path("id").asText();
    assertThat(procs.kill("", "worker", identity).runIds()).containsExactly(single);
  }

  @Test
  void dryRunListsAndKillsNothing() {
    KillAnswer listed = procs.kill("", "run_tag", "blue", "dry_run", "true");
    assertThat(listed.runIds()).containsExactlyInAnyOrder(blue, single);
    assertKilled(procs.kill("", "run_tag", "none such"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"424242", "not a number", "-1", "0", "99999999999999999999", " "})
  void runIdThatNoRunHasKillsNothingAndIsNoError(String runId) {
    assertKilled(procs.kill(runId));
  }

  @Test
  void completedRunIsNotListedAndKeepsItsResult() {
    String over = procs.run(ProcDraft.shell("echo done; exit 7"));
    procs.awaitOver(over);
    assertKilled(procs.kill(over));
    assertThat(procs.status(over).overall()).isEqualTo("error");
    assertThat(procs.status(over).message()).contains("exit status 7");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      value = {
        "~{\"run_id\":\"\",\"options\":{\"run_tgs\":\"x\"}}~",
        "~{\"runid\":\"1\"}~",
        "~{\"run_id\":null}~",
        "~{\"options\":{\"clear_execute_at_startup\":\"maybe\"}}~",
        "~{\"options\":{\"clear_execute_at_startup\":true}}~",
        "~{\"options\":{\"answer_timeout_ms\":\"0\"}}~",
        "~{\"options\":{\"answer_timeout_ms\":\"-5\"}}~",
        "~{\"options\":{\"answer_timeout_ms\":\"600001\"}}~",
        "~{\"options\":{\"answer_timeout_ms\":\"soon\"}}~",
        "~{\"options\":{\"run_tag\":\"a\\u0007b\"}}~",
        "~{\"options\":{\"user\":\"someone\"}}~",
        "~{\"options\":{\"grace_period_ms\":\"-1\"}}~",
        "~{\"options\":{\"grace_period_ms\":\"86400001\"}}~",
        "~{~",
        "~[]~",
        "~{}{}~"
      })
  void badInputIsAnErrorAndKillsNothing(String body) {
    rest.post(KILL, body).error(400);
    assertThat(LivePids.among(pids)).isEqualTo(pids);
    assertThat(procs.kill("", "dry_run", "true").runIds())
        .containsExactlyInAnyOrder(blue, red, single);
  }

  @Test
  void optionsOfLaterSayThatTheyAreNotSupportedYet() {
    assertThat(rest.error(KILL, Map.of("options", Map.of("user", "1"))))
        .contains("user", "not supported yet");
  }

  @Test
  void elapsedTimeIsTold() {
    String elapsed =
        rest.call(KILL, Map.of("run_id", red)).path("info").path("elapsed_ms").asText();
    assertThat(elapsed).matches("\\d+");
  }
}
