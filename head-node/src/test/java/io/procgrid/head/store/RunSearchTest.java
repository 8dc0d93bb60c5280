package io.procgrid.head.store;

import static io.procgrid.head.store.Samples.fixed;
import static io.procgrid.head.store.Samples.placed;
import static io.procgrid.head.store.Samples.request;
import static io.procgrid.head.store.Samples.run;
import static io.procgrid.head.store.Samples.segment;
import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.Selector;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunSearchTest {
  @TempDir Path directory;
  private StoreUnderTest store;

  @BeforeEach
  void fill() throws StoreException {
    store = StoreUnderTest.open(directory);
    store.mustStore(
        new Mutation.WorkerRecorded(Samples.worker(1)),
        new Mutation.WorkerRecorded(Samples.worker(2)),
        new Mutation.WorkerRecorded(Samples.worker(11)));
    store.mustStore(
        run(3, request("b", "night")),
        run(1, request("a", "night")),
        run(2, request("a", "")),
        run(4, request("a", "NIGHT")));
    // 1 is placed on worker 1, 3 is meant for worker 2, 2 is placed where any worker would do.
    store.mustStore(fixed(1, 1, 1), placed(segment(1, 1, 0), 1), fixed(3, 1, 2), fixed(2, 1, 0));
    store.mustStore(placed(segment(2, 1, 0), 2));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private List<Long> find(Selector selector) {
    return store.store().find(selector).stream().map(ArchivedRun::runId).toList();
  }

  @Test
  void everythingComesInTheOrderOfRunIds() {
    assertThat(find(Selector.ALL)).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void tagAndProcMatchExactly() {
    assertThat(find(new Selector(null, "night", "", ""))).containsExactly(1L, 3L);
    assertThat(find(new Selector(null, "nigh%", "", ""))).isEmpty();
    assertThat(find(new Selector(null, "", "a", ""))).containsExactly(1L, 2L, 4L);
  }

  @Test
  void everyPartMustMatch() {
    assertThat(find(new Selector(null, "night", "a", ""))).containsExactly(1L);
    assertThat(find(new Selector(3L, "night", "b", "2"))).containsExactly(3L);
    assertThat(find(new Selector(3L, "night", "b", "1"))).isEmpty();
  }

  @Test
  void runThatNoIdNamesIsNotFound() {
    assertThat(find(new Selector(Selector.NO_RUN, "", "", ""))).isEmpty();
    assertThat(find(new Selector(99L, "", "", ""))).isEmpty();
  }

  @Test
  void workerIsNamedByNumberOrIdentity() {
    assertThat(find(new Selector(null, "", "", "1"))).containsExactly(1L);
    assertThat(find(new Selector(null, "", "", "journal-1"))).containsExactly(1L);
    assertThat(find(new Selector(null, "", "", "2"))).containsExactly(2L, 3L);
    assertThat(find(new Selector(null, "", "", "journal-2"))).containsExactly(2L, 3L);
    assertThat(find(new Selector(null, "", "", "11"))).isEmpty();
    assertThat(find(new Selector(null, "", "", "02"))).isEmpty();
  }
}
