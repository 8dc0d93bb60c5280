package io.procgrid.head.store;

import static io.procgrid.head.store.FailingCommits.Failure.DONE_BUT_NOT_SAID;
import static io.procgrid.head.store.FailingCommits.Failure.NOT_DONE;
import static io.procgrid.head.store.Samples.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.collect.ImmutableList;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.Recovered;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commits that fail without telling whether they took place. */
class UnknownCommitTest {
  @TempDir Path directory;
  private final List<HeadEvent> answers = new CopyOnWriteArrayList<>();
  private final List<String> fatal = new CopyOnWriteArrayList<>();
  private FailingCommits disk;
  private GroupWriter writer;

  @BeforeEach
  void open() throws StoreException {
    Recovered recovered;
    try (HeadStore store = HeadStore.open(directory, StoreUnderTest.BOOT)) {
      recovered = store.recovered();
    }
    StoreFile file = StoreFile.in(directory);
    disk = new FailingCommits(file.forWriting());
    writer =
        new GroupWriter(
            new FencedConnection(disk, file.diagnosis(), recovered.epoch(), 0),
            answers::add,
            fatal::add);
  }

  @AfterEach
  void close() {
    writer.close();
  }

  private void submit(long ticket, Mutation... mutations) {
    writer.submit(new HeadEffect.Persist(ticket, ImmutableList.copyOf(mutations)));
  }

  private void writeUntilAnswered(int requests) {
    writer.start();
    await().atMost(StoreUnderTest.PATIENCE).until(() -> answers.size() == requests);
    writer.close();
    assertThat(fatal).isEmpty();
  }

  private List<Long> storedRuns() throws StoreException {
    try (HeadStore store = HeadStore.open(directory, StoreUnderTest.BOOT)) {
      return store.recovered().runs().stream().map(Recovered.Run::runId).toList();
    }
  }

  @Test
  void commitThatTookPlaceIsNotCalledFailed() throws StoreException {
    disk.plan(DONE_BUT_NOT_SAID);
    submit(1, run(1));
    submit(2, run(2));
    writeUntilAnswered(2);

    assertThat(answers).containsExactly(new HeadEvent.Stored(1), new HeadEvent.Stored(2));
    assertThat(storedRuns()).containsExactly(1L, 2L);
  }

  @Test
  void commitThatDidNotTakePlaceIsTriedAgainForEachAlone() throws StoreException {
    disk.plan(NOT_DONE);
    submit(1, run(1));
    submit(2, run(2));
    writeUntilAnswered(2);

    assertThat(answers).containsExactly(new HeadEvent.Stored(1), new HeadEvent.Stored(2));
    assertThat(storedRuns()).containsExactly(1L, 2L);
  }

  @Test
  void failureIsToldOnlyAfterALaterCommitHasTakenItsPlace() throws StoreException {
    // The commit fails, and so do two that should settle it: nobody is told before the third.
    disk.plan(NOT_DONE, NOT_DONE, NOT_DONE);
    submit(1, run(1));
    writeUntilAnswered(1);

    assertThat(answers)
        .singleElement()
        .isInstanceOfSatisfying(
            HeadEvent.StoreFailed.class,
            failed -> assertThat(failed.reason()).contains("the disk does not read or write"));
    assertThat(storedRuns()).isEmpty();
  }

  @Test
  void storeThatClosesBeforeItIsSettledSaysNothing() throws StoreException {
    disk.plan(Collections.nCopies(1_000, NOT_DONE).toArray(FailingCommits.Failure[]::new));
    submit(1, run(1));
    submit(2, run(2));
    writer.start();
    submit(3, run(3));
    writer.close();

    assertThat(answers).isEmpty();
    assertThat(storedRuns()).isEmpty();
  }

  @Test
  void commitThatTookPlaceStaysStoredWhenSettlingFailsAtFirst() throws StoreException {
    disk.plan(DONE_BUT_NOT_SAID, DONE_BUT_NOT_SAID, NOT_DONE);
    submit(1, run(1));
    writeUntilAnswered(1);

    assertThat(answers).containsExactly(new HeadEvent.Stored(1));
    assertThat(storedRuns()).containsExactly(1L);
  }
}
