package io.procgrid.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.hash.Hashing;
import io.procgrid.worker.process.ForkGuard;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleStoreTest {
  private static final long LONG_AGO = 1_000_000;

  @TempDir Path directory;

  private BundleStore store;
  private String hash;

  @BeforeEach
  void storeOne() throws IOException {
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(zip)) {
      out.putNextEntry(new ZipEntry("run.sh"));
      out.write("exit 0".getBytes(StandardCharsets.UTF_8));
    }
    store = new BundleStore(directory);
    hash = Hashing.sha256().hashBytes(zip.toByteArray()).toString();
    receive(zip.toByteArray());
  }

  private void receive(byte[] zip) throws IOException {
    try (BundleStore.Upload upload = store.receive(hash)) {
      upload.write(zip);
      upload.finish();
    }
  }

  private Path archive() {
    return directory.resolve(hash + ".zip");
  }

  /** Whoever is just being forked would keep the file from being executed. */
  @Test
  void noFileIsWrittenWhileAProcessBegins(@TempDir Path target) throws Exception {
    FutureTask<Void> unpacking =
        new FutureTask<>(() -> {
          store.unpack(hash, target);
          return null;
        });
    Thread writer = Thread.ofPlatform().unstarted(unpacking);
    try (ForkGuard.Hold _ = ForkGuard.forking()) {
      writer.start();
      await().until(() -> writer.getState() == Thread.State.WAITING);
      assertThat(target).isEmptyDirectory();
    }
    unpacking.get(20, TimeUnit.SECONDS);
    assertThat(target.resolve("run.sh")).isExecutable().hasContent("exit 0");
  }

  @Test
  void dropsWhatIsOld() throws IOException {
    Files.setLastModifiedTime(archive(), FileTime.fromMillis(LONG_AGO));
    store.dropOlder(hash, LONG_AGO);
    assertThat(archive()).doesNotExist();
    assertThat(store.hashes()).isEmpty();
    store.dropOlder(hash, LONG_AGO);
  }

  @Test
  void keepsWhatWasSentAgainMeanwhile() throws IOException {
    byte[] zip = Files.readAllBytes(archive());
    Files.setLastModifiedTime(archive(), FileTime.fromMillis(LONG_AGO));
    receive(zip);
    store.dropOlder(hash, LONG_AGO);
    assertThat(store.hashes()).containsExactly(hash);
  }
}
