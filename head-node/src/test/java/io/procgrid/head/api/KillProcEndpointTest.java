package io.procgrid.head.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.procgrid.common.run.KillFacts;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.KillTerms;
import io.procgrid.head.core.Selector;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KillProcEndpointTest {
  private static final RestHarness REST = RestHarness.serving();

  @BeforeEach
  void reset() {
    REST.reset();
  }

  @AfterAll
  static void stop() {
    REST.close();
  }

  private Command.KillRuns killAsked() {
    assertThat(REST.core.commands).hasSize(1);
    return (Command.KillRuns) REST.core.commands.getFirst();
  }

  @Test
  void withoutSelectorsEveryRunIsMeant() {
    REST.post("/kill/proc", "{}").data();

    assertThat(killAsked())
        .isEqualTo(
            new Command.KillRuns(
                Selector.ALL,
                new KillTerms(new KillFacts("", RestHarness.NOW, "127.0.0.1"), null, null),
                false,
                false));
  }

  @Test
  void allSelectorsReachTheCoreTogether() {
    REST.post(
            "/kill/proc",
            """
            {"run_id": 7, "options": {"run_tag": "blue", "proc_name": "p", "worker": "2", "dry_run": "true",
             "clear_execute_at_startup": "true", "answer_timeout_ms": "1500",
             "grace_period_ms": "0"}}
            """)
        .data();

    assertThat(killAsked().selector()).isEqualTo(new Selector(7L, "blue", "p", "2"));
    assertThat(killAsked().dryRun()).isTrue();
    assertThat(killAsked().clearAutoStart()).isTrue();
    assertThat(killAsked().terms().answerTimeoutMillis()).isEqualTo(1500);
    assertThat(killAsked().terms().graceMillis()).isEqualTo(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x", "0", "-1", "+7", "07", " 7", "7 ", "1.0", "9999999999999999999", "٧"})
  void runIdThatIsNoneSelectsNothing(String runId) {
    REST.post("/kill/proc", "{\"run_id\":\"%s\"}".formatted(runId)).data();

    assertThat(killAsked().selector().runId()).isEqualTo(Selector.NO_RUN);
  }

  @Test
  void answerNamesTheDeadAndThePending() {
    REST.core.killed =
        new Answer.Killed(
            ImmutableList.of(3L, 5L),
            ImmutableMap.of(9L, "worker 2 is \"away\"", 4L, "frozen"),
            12);

    assertThat(REST.post("/kill/proc", "{}").data())
        .isEqualTo(
            RestHarness.parse(
                """
                {"run_ids": ["3", "5"],
                 "info": {"pending_run_ids": "4,9",
                          "pending_reason": "{\\"9\\":\\"worker 2 is \\\\\\"away\\\\\\"\\",\\"4\\":\\"frozen\\"}",
                          "elapsed_ms": "12"}}
                """));
  }

  @Test
  void nothingPendingIsNotMentioned() {
    assertThat(REST.post("/kill/proc", "{}").data().toString())
        .isEqualTo("{\"run_ids\":[],\"info\":{\"elapsed_ms\":\"0\"}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"runid\":\"7\"} | runid = \"7\": unknown field of kill_proc_request; valid are run_id, options",
        "{\"run_id\":null} | run_id = null",
        "{\"options\":{\"run_tgs\":\"x\"}} | options.run_tgs = \"x\": unknown option; valid are answer_timeout_ms, clear_execute_at_startup, dry_run, grace_period_ms, proc_name, run_tag, worker",
        "{\"run_id\":\"7\",\"options\":{\"clear_execute_at_startup\":\"maybe\"}} | = \"maybe\": must be true or false",
        "{\"run_id\":\"7\",\"options\":{\"clear_execute_at_startup\":true}} | write \"true\" in quotes",
        "{\"run_id\":\"7\",\"options\":{\"dry_run\":\"True\"}} | must be true or false",
        "{\"options\":{\"clear_execute_at_startup\":\"true\"}} | needs a run_id or the option run_tag",
        "{\"options\":{\"clear_execute_at_startup\":\"true\",\"proc_name\":\"p\"}} | needs a run_id or the option run_tag",
        "{\"options\":{\"answer_timeout_ms\":\"0\"}} | an integer from 1 to 600000",
        "{\"options\":{\"answer_timeout_ms\":\"600001\"}} | an integer from 1 to 600000",
        "{\"options\":{\"proc_name\":\"\"}} | options.proc_name = \"\": is empty",
        "{\"options\":{\"worker\":\"\"}} | options.worker = \"\": is empty",
        "{\"options\":{\"run_tag\":\"a\\tb\"}} | control character",
        "{\"options\":{\"user\":\"x\"}} | the option user is not supported yet",
        "{\"options\":{\"grace_period_ms\":\"-1\"}} | an integer from 0 to 86400000",
        "{\"options\":{\"grace_period_ms\":\"86400001\"}} | an integer from 0 to 86400000",
        "[] | the request is an array",
        "{ | malformed JSON",
      })
  void badInputIsExplainedAndKillsNothing(String body, String explanation) {
    RestHarness.Answered answered = REST.post("/kill/proc", body);

    assertThat(answered.isCleanError()).as("%s", answered).isTrue();
    assertThat(answered.message()).contains(explanation);
    assertThat(REST.core.commands).isEmpty();
  }

  @Test
  void unknownOutcomeIsSaidAsUnknownAndNeverAsSuccess() {
    REST.core.delivery =
        answer ->
            CompletableFuture.completedFuture(new Answer.Refused("the store did not answer", true));

    RestHarness.Answered answered = REST.post("/kill/proc", "{}");

    assertThat(answered.isCleanError()).isTrue();
    assertThat(answered.message()).isEqualTo("outcome unknown: the store did not answer");
  }

  @Test
  void headThatStopsBeforeTheAnswerSaysThatItIsUnknown() {
    REST.core.delivery =
        answer -> CompletableFuture.failedFuture(new IllegalStateException("stopped"));

    RestHarness.Answered answered = REST.post("/kill/proc", "{}");

    assertThat(answered.status()).isEqualTo(503);
    assertThat(answered.wrapper().path("status").asText()).isEqualTo("ERROR");
    assertThat(answered.message()).contains("unknown");
  }
}
