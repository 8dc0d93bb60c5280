package io.procgrid.head.store;

import static io.procgrid.head.store.Samples.request;
import static io.procgrid.head.store.Samples.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.ImmutableList;
import io.procgrid.head.core.Bundle;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.ProcDefinition;
import io.procgrid.head.core.Recovered;
import io.procgrid.head.core.Selector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store on a file system that runs out of space: a small one of its own, which root may mount.
 */
class FullDiskTest {
  @TempDir Path directory;
  private boolean mounted;

  @BeforeEach
  void mountSmallDisk() throws IOException {
    mounted = execute("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", directory.toString());
    assumeTrue(mounted, "only root may mount a small file system to fill up");
  }

  @AfterEach
  void unmount() throws IOException {
    if (mounted) {
      assertThat(execute("umount", directory.toString())).isTrue();
    }
  }

  private static boolean execute(String... command) throws IOException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.onExit().join().exitValue() == 0;
    } catch (IOException e) {
      // Not there at all: as good as refused.
      return false;
    }
  }

  private static Mutation.ProcCreated bigProc(int kibibytes) {
    ProcDefinition proc = Samples.proc("big");
    return new Mutation.ProcCreated(proc, new Bundle(proc.bundleHash(), new byte[kibibytes << 10]));
  }

  @Test
  void fullDiskIsSaidAndOverWhenThereIsSpaceAgain() throws StoreException, IOException {
    try (StoreUnderTest store = StoreUnderTest.open(directory)) {
      List<Long> stored = new ArrayList<>();
      HeadEvent.StoreFailed failed = null;
      for (long runId = 1; failed == null; runId++) {
        switch (store.tryToStore(run(runId))) {
          case HeadEvent.StoreFailed failure -> failed = failure;
          default -> stored.add(runId);
        }
      }
      assertThat(failed.reason())
          .contains("no space left; free space on the disk of " + directory.resolve("store"));
      assertThat(store.store().find(Selector.ALL)).hasSameSizeAs(stored);
      assertThat(store.fatal).isEmpty();

      assertThat(execute("mount", "-o", "remount,size=64m", directory.toString())).isTrue();

      store.mustStore(run(100_000));
      stored.add(100_000L);
      store.reopen();
      assertThat(store.recovered().runs())
          .extracting(Recovered.Run::runId)
          .containsExactlyElementsOf(stored);
    }
  }

  @Test
  void whatStillFitsIsStoredBesideWhatDoesNot() throws StoreException {
    try (StoreUnderTest store = StoreUnderTest.open(directory)) {
      store.submit(run(1));
      store.submit(bigProc(8 << 10));
      store.submit(run(2, request("proc", "tag")));
      store.submit(new Mutation.KillIntended(1, 1, Samples.INTENT));
      store.reopen();

      assertThat(store.answers)
          .extracting(Object::getClass)
          .isEqualTo(
              ImmutableList.of(
                  HeadEvent.Stored.class,
                  HeadEvent.StoreFailed.class,
                  HeadEvent.Stored.class,
                  HeadEvent.Stored.class));
      assertThat(store.recovered().procs()).isEmpty();
      assertThat(store.recovered().runs()).hasSize(2);
      assertThat(store.recovered().runs().getFirst().intent()).isEqualTo(Samples.INTENT);
    }
  }
}
