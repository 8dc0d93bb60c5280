package io.procgrid.head.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.run.KillFacts;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ForgetWorkerEndpointTest {
  private static final RestHarness REST = RestHarness.serving();

  @BeforeEach
  void reset() {
    REST.reset();
  }

  @AfterAll
  static void stop() {
    REST.close();
  }

  @Test
  void answersWithTheAbandonedRuns() {
    REST.core.forgotten = new Answer.WorkerForgotten(ImmutableList.of(4L, 11L));

    String answer = REST.post("/forget/worker", "{\"worker\": \"2\"}").data().toString();

    assertThat(RestHarness.parse(answer))
        .isEqualTo(
            RestHarness.parse("{\"worker\": \"2\", \"run_ids\": [\"4\", \"11\"], \"info\": {}}"));
    assertThat(REST.core.commands)
        .containsExactly(
            new Command.ForgetWorker("2", new KillFacts("", RestHarness.NOW, "127.0.0.1")));
  }

  @Test
  void refusalOfTheCoreIsAnError() {
    REST.core.forgotten = new Answer.Refused("worker 2 is up: stop it first", false);

    assertThat(REST.post("/forget/worker", "{\"worker\": \"2\"}").message())
        .contains("worker 2 is up");
  }

  @Test
  void workerMustBeNamed() {
    assertThat(REST.post("/forget/worker", "{}").message()).contains("worker");
    assertThat(REST.core.changes()).isEmpty();
  }

  @Test
  void unknownOptionIsAnError() {
    assertThat(
            REST.post("/forget/worker", "{\"worker\": \"2\", \"options\": {\"force\": \"true\"}}")
                .message())
        .contains("force");
    assertThat(REST.core.changes()).isEmpty();
  }
}
