package io.procgrid.head.store;

import static io.procgrid.head.store.Samples.fixed;
import static io.procgrid.head.store.Samples.placed;
import static io.procgrid.head.store.Samples.run;
import static io.procgrid.head.store.Samples.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.Recovered;
import io.procgrid.head.core.Selector;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups, their answers, and what happens to them when another head takes over. */
class GroupWriterTest {
  @TempDir Path directory;
  private StoreUnderTest store;

  @BeforeEach
  void open() throws StoreException {
    store = StoreUnderTest.open(directory);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private List<Long> recoveredRuns() throws StoreException {
    store.reopen();
    return store.recovered().runs().stream().map(Recovered.Run::runId).toList();
  }

  private List<Long> answeredTickets() {
    return store.answers.stream().map(StoreUnderTest::ticketOf).toList();
  }

  @Test
  void answersComeInTheOrderOfTickets() throws StoreException {
    List<Long> tickets =
        LongStream.rangeClosed(1, 2_000).mapToObj(runId -> store.submit(run(runId))).toList();
    store.close();

    assertThat(store.answers).hasSize(2_000).hasOnlyElementsOfType(HeadEvent.Stored.class);
    assertThat(answeredTickets()).isEqualTo(tickets);
  }

  @Test
  void closingStoresAndAnswersWhatWasSubmitted() throws StoreException {
    store.submit(run(1));
    store.submit(run(2));

    assertThat(recoveredRuns()).containsExactly(1L, 2L);
    assertThat(answeredTickets()).containsExactly(1L, 2L);
  }

  @Test
  void orderedStopOfAClosedStoreIsRefused() {
    store.close();

    assertThatThrownBy(() -> store.store().orderedStop())
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("the store is closed");
  }

  @Test
  void emptyPersistIsAnswered() {
    store.mustStore();
  }

  @Test
  void oneThatCannotBeStoredDoesNotFailTheOthersOfItsGroup() throws StoreException {
    store.mustStore(run(50));
    for (long runId = 1; runId <= 40; runId++) {
      // The twentieth asks for an id that is taken, after a mutation that alone would be fine.
      store.submit(runId == 20 ? run(60) : run(runId), runId == 20 ? run(50) : fixed(runId, 1, 1));
    }
    List<Long> runs = recoveredRuns();

    assertThat(runs).hasSize(40).doesNotContain(20L, 60L);
    assertThat(answeredTickets()).isSorted().hasSize(41);
    assertThat(store.answers)
        .filteredOn(HeadEvent.StoreFailed.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            HeadEvent.StoreFailed.class,
            failed -> {
              assertThat(failed.ticket()).isEqualTo(21);
              assertThat(failed.reason()).contains("contradicts what is stored");
            });
  }

  @Test
  void whatBuildsOnOneThatFailedFailsToo() throws StoreException {
    store.mustStore(run(1));
    store.submit(run(2), run(1));
    store.submit(fixed(2, 1, 1), placed(segment(2, 1, 0), 1));
    store.submit(run(3));

    assertThat(recoveredRuns()).containsExactly(1L, 3L);
    assertThat(store.answers.subList(1, 4))
        .extracting(Object::getClass)
        .containsExactly(
            HeadEvent.StoreFailed.class, HeadEvent.StoreFailed.class, HeadEvent.Stored.class);
  }

  @Test
  void afterATakeOverNothingIsStoredAndTheHeadIsTold() throws StoreException {
    store.mustStore(run(1));
    try (StoreUnderTest other = StoreUnderTest.open(directory)) {
      assertThat(other.recovered().runs()).hasSize(1);

      assertThat(store.tryToStore(run(2)))
          .isInstanceOfSatisfying(
              HeadEvent.StoreFailed.class,
              failed ->
                  assertThat(failed.reason())
                      .contains("another head took over")
                      .contains("the epoch is 2 now and was 1"));
      await().atMost(StoreUnderTest.PATIENCE).until(() -> store.fatal.size() == 1);
      assertThat(store.tryToStore()).isInstanceOf(HeadEvent.StoreFailed.class);
      assertThatThrownBy(() -> store.store().orderedStop())
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("another head took over");
      assertThat(store.fatal).hasSize(1);

      other.mustStore(run(3));
      assertThat(other.fatal).isEmpty();
    }
    assertThat(recoveredRuns()).containsExactly(1L, 3L);
    assertThat(store.recovered().clusterStart()).isEqualTo(1);
  }

  @Test
  void readersSeeWhatWasStoredWhileTheWriterGoesOn() {
    for (long runId = 1; runId <= 50; runId++) {
      store.submit(run(runId));
      store.mustStore(run(1_000 + runId));
      assertThat(store.store().find(new Selector(1_000 + runId, "", "", ""))).hasSize(1);
    }
  }
}
