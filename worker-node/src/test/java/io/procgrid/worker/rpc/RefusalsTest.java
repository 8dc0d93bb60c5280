package io.procgrid.worker.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.procgrid.worker.core.Answer;
import org.junit.jupiter.api.Test;

class RefusalsTest {
  @Test
  void whatCannotBeStoredIsNotTakenForABrokenConnection() {
    Status status =
        Refusals.of(new Answer.Unavailable("epoch 5 cannot be made durable: disk full"))
            .getStatus();
    assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(status.getDescription()).isEqualTo("epoch 5 cannot be made durable: disk full");
  }
}
