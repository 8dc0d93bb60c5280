package io.procgrid.head.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class CallFailureTest {
  private static String unavailable(IOException cause) {
    return CallFailure.describe("worker 3", Status.UNAVAILABLE.withCause(cause));
  }

  @Test
  void onlyAConnectionThatStoodIsSaidToHaveBroken() {
    assertThat(unavailable(new ConnectException("refused")))
        .isEqualTo("worker 3: nothing listens there");
    assertThat(unavailable(new NoRouteToHostException("No route to host")))
        .isEqualTo("worker 3: its host cannot be reached");
    assertThat(unavailable(new UnknownHostException("gone")))
        .isEqualTo("worker 3: the host name does not resolve");
    assertThat(unavailable(new IOException("Connection reset by peer")))
        .isEqualTo("worker 3: the connection broke");
  }

  @Test
  void whatTheWorkerCannotStoreIsToldInItsWords() {
    Status full = Status.RESOURCE_EXHAUSTED.withDescription("epoch 5 cannot be made durable");
    assertThat(CallFailure.describe("worker 3", full))
        .isEqualTo("worker 3 refused: epoch 5 cannot be made durable");
    assertThat(CallFailure.isRefusal(full)).isFalse();
  }
}
