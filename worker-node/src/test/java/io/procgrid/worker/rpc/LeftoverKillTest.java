package io.procgrid.worker.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.proto.v1.ConnectRequest;
import io.procgrid.proto.v1.IdentifyRequest;
import io.procgrid.proto.v1.KillLeftoverRequest;
import io.procgrid.proto.v1.KillProgress;
import io.procgrid.proto.v1.Leftover;
import io.procgrid.worker.process.Leftovers;
import io.procgrid.worker.process.TreeDeath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker tells of, and does to, what others left on its host. */
class LeftoverKillTest {
  private static final WorkerIdentity LOST = new WorkerIdentity("lost");
  private static final SegmentKey ALIVE = new SegmentKey(1, 1, 0);
  private static final SegmentKey OVER = new SegmentKey(2, 1, 0);
  private static final SegmentKey ELSEWHERE = new SegmentKey(3, 1, 0);

  /** One segment alive, one over by itself, all others out of reach. */
  private static final Leftovers HOST =
      new Leftovers() {
        @Override
        public List<Leftover> find() {
          return List.of(new Leftover(LOST, ImmutableList.of(ALIVE, OVER)));
        }

        @Override
        public TreeDeath kill(
            WorkerIdentity identity, SegmentKey segment, Consumer<String> blocked) {
          if (segment.equals(ELSEWHERE)) {
            throw new UnsupportedOperationException("its worker lives");
          }
          blocked.accept("it resists");
          return new TreeDeath(segment.equals(ALIVE), segment.equals(ALIVE) ? 2 : 0);
        }
      };

  @TempDir Path directory;
  private ServedWorker worker;

  @BeforeEach
  void serve() throws Exception {
    worker = new ServedWorker(directory, HOST);
  }

  @AfterEach
  void close() {
    worker.close();
  }

  private List<KillProgress> kill(SegmentKey segment) {
    KillLeftoverRequest request =
        KillLeftoverRequest.newBuilder()
            .setTo(worker.to())
            .setWorkerIdentity(LOST.value())
            .addSegments(WireCodec.encode(segment))
            .setFacts(WireCodec.encode(new KillFacts("ann", 1, "here")))
            .build();
    List<KillProgress> steps = new ArrayList<>();
    worker.stub.killLeftover(request).forEachRemaining(steps::add);
    return steps;
  }

  private void connect() {
    var connected = worker.stub.connect(ConnectRequest.newBuilder().setTo(worker.to()).build());
    assertThat(connected.getLeftoversList())
        .singleElement()
        .satisfies(leftover -> {
          assertThat(leftover.getWorkerIdentity()).isEqualTo(LOST.value());
          assertThat(leftover.getSegmentsList())
              .containsExactly(WireCodec.encode(ALIVE), WireCodec.encode(OVER));
        });
  }

  @Test
  void whatWasAliveIsToldAsKilledAndWhatWasNotAsLost() {
    connect();
    List<KillProgress> alive = kill(ALIVE);
    assertThat(alive.getFirst().getPending().getReason()).isEqualTo("it resists");
    Outcome killed = WireCodec.decode(alive.getLast().getTerminated().getOutcome());
    assertThat(killed.runStatus()).isEqualTo(RunStatus.KILLED);
    assertThat(killed.kill()).isEqualTo(new KillFacts("ann", 1, "here"));
    Outcome lost = WireCodec.decode(kill(OVER).getLast().getTerminated().getOutcome());
    assertThat(lost.runStatus()).isEqualTo(RunStatus.ERROR);
  }

  @Test
  void whatCannotBeProvenHereIsNamedAndNeverTerminated() {
    connect();
    assertThat(kill(ELSEWHERE))
        .singleElement()
        .satisfies(step -> assertThat(step.getPending().getReason()).isEqualTo("its worker lives"));
  }

  @Test
  void nothingIsKilledBeforeTheTermIsOpen() {
    assertThatThrownBy(() -> kill(ALIVE))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused ->
                assertThat(refused.getStatus().getCode())
                    .isEqualTo(Status.Code.FAILED_PRECONDITION));
  }

  @Test
  void workerSaysWhoItIsWithoutATerm() {
    var identity = worker.stub.identify(IdentifyRequest.getDefaultInstance());
    assertThat(identity.getClusterId()).isEqualTo(ServedWorker.CLUSTER);
    assertThat(identity.getWorkerIdentity()).isEqualTo(worker.identity.value());
    assertThat(identity.getWorkerInstance()).isEqualTo(worker.instance.value());
  }
}
