package io.procgrid.common.failpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.common.loop.LoopListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailpointsTest {
  @TempDir private Path folder;
  private final AtomicInteger halts = new AtomicInteger();

  @Test
  void onlyTheArmedPlaceHaltsAndOnlyOnce() throws IOException {
    Failpoints failpoints = new Failpoints(folder, halts::incrementAndGet);
    Files.createFile(folder.resolve("before-Launch"));
    failpoints.reach("before-Release");
    assertThat(halts).hasValue(0);
    failpoints.reach("before-Launch");
    assertThat(halts).hasValue(1);
    failpoints.reach("before-Launch");
    assertThat(halts).hasValue(1);
  }

  @Test
  void thereAreNoneUnlessTheyAreAskedFor() {
    LoopListener<String, String> listener =
        Failpoints.ofSystemProperty(failpoints -> {
          throw new AssertionError("nobody asked for them");
        });
    listener.beforeStep("event");
    listener.beforeEffect("effect");
  }
}
