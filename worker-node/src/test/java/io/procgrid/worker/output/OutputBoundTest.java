package io.procgrid.worker.output;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real files on a file system that can release bytes, as those of Linux can. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class OutputBoundTest {
  private static final int KEPT = 256 * 1024;

  /** What is kept, a sixteenth, and room for the file system's own blocks. */
  private static final long BOUND = KEPT + KEPT / 16 + 32 * 1024;

  private static final int LINE = 16;
  private static final long LONG_ENOUGH = 64L * 1024 * 1024;

  @TempDir Path directory;

  private Path file;
  private OutputBound bound;

  @BeforeEach
  void prepare() {
    file = directory.resolve("stdout");
    bound = new OutputBound(KEPT);
  }

  @AfterEach
  void close() {
    bound.close();
  }

  /** Lines of 16 bytes, from number first on. */
  private static byte[] lines(int first, int count) {
    StringBuilder text = new StringBuilder(count * LINE);
    for (int i = first; i < first + count; i++) {
      text.append("line %010d\n".formatted(i));
    }
    return text.toString().getBytes(US_ASCII);
  }

  private void append(byte[] bytes) throws IOException {
    Files.write(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** What the file takes on the disk. */
  private static long allocated(Path file) throws IOException {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes(), US_ASCII).strip());
  }

  @Test
  void releasesTheOldestBytesAndKeepsTheLatest() throws IOException {
    byte[] written = lines(0, 200_000);
    append(written);
    bound.watch(file);

    bound.look();

    byte[] read = Files.readAllBytes(file);
    assertThat(read).hasSize(written.length);
    assertThat(Arrays.copyOfRange(read, read.length - KEPT, read.length))
        .isEqualTo(Arrays.copyOfRange(written, written.length - KEPT, written.length));
    assertThat(allocated(file)).isLessThan(BOUND);
  }

  @Test
  void staysBoundedWhileItsWriterAppends() throws IOException {
    bound.watch(file);
    bound.look();
    try (OutputStream writer =
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (int i = 0; i < 10; i++) {
        writer.write(lines(i * 20_000, 20_000));
        bound.look();
        assertThat(allocated(file)).isLessThan(BOUND);
      }
    }
    assertThat(file).hasSize(200_000 * LINE);
  }

  @Test
  void tailOfAReleasedFileBeginsWithAWholeLine() throws IOException {
    append(lines(0, 100_000));
    // The beginning of what is kept falls into the middle of a line.
    append("odd\n".getBytes(US_ASCII));
    bound.watch(file);
    bound.look();

    List<byte[]> tail = OutputTail.read(file, Integer.MAX_VALUE, KEPT);

    int whole = (KEPT - "odd\n".length()) / LINE;
    assertThat(tail).hasSize(whole + 1);
    assertThat(tail.getFirst()).asString(US_ASCII).isEqualTo("line %010d", 100_000 - whole);
    assertThat(tail.getLast()).asString(US_ASCII).isEqualTo("odd");
  }

  @Test
  void whatIsReleasedWhileItIsReadIsNotShown() throws Exception {
    append(lines(0, 20_000));
    bound.watch(file);
    AtomicBoolean enough = new AtomicBoolean();
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              while (!enough.get() && file.toFile().length() < LONG_ENOUGH) {
                appendUnchecked(lines(0, 1_000));
                bound.look();
              }
            });
    try {
      for (int i = 0; i < 30; i++) {
        assertThat(OutputTail.read(file, Integer.MAX_VALUE, KEPT))
            .allMatch(line -> line.length == LINE - 1 && line[0] == 'l');
      }
    } finally {
      enough.set(true);
      writer.join();
    }
  }

  private void appendUnchecked(byte[] bytes) {
    try {
      append(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void lastLookBoundsWhatWasWrittenSinceTheOneBefore() throws IOException {
    bound.watch(file);
    bound.look();
    append(lines(0, 200_000));
    bound.settle(file);
    assertThat(allocated(file)).isLessThan(BOUND);

    // Nobody looks any more.
    append(lines(0, 200_000));
    bound.look();
    assertThat(allocated(file)).isGreaterThan(BOUND);
  }

  @Test
  void fileThatItsWriterCutShortBeginsAnew() throws IOException {
    append(lines(0, 200_000));
    bound.watch(file);
    bound.look();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(0);
    }
    byte[] few = lines(0, 1_000);
    append(few);
    bound.look();
    assertThat(file).hasBinaryContent(few);

    append(lines(0, 200_000 - 1_000));
    bound.look();
    assertThat(allocated(file)).isLessThan(BOUND);
  }

  @Test
  void shortFilesAndMissingOnesAreLeftAlone() throws IOException {
    byte[] all = new byte[KEPT];
    Arrays.fill(all, (byte) 'x');
    append(all);
    Path missing = directory.resolve("missing");
    bound.watch(file);
    bound.watch(missing);

    bound.look();
    bound.settle(missing);

    assertThat(file).hasBinaryContent(all);
    assertThat(missing).doesNotExist();
  }

  @Test
  void whatIsNoFileIsLeftAlone() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Path other = directory.resolve("other");
    byte[] content = lines(0, 50_000);
    Files.write(other, content);
    Path link = Files.createSymbolicLink(directory.resolve("link"), other);
    bound.watch(pipe);
    bound.watch(link);

    // To open the pipe would block: nobody reads it.
    bound.look();

    assertThat(other).hasBinaryContent(content);
  }

  @Test
  void looksByItselfOnceStarted() throws IOException {
    try (RandomAccessFile writer = new RandomAccessFile(file.toFile(), "rw")) {
      writer.write(lines(0, 200_000));
    }
    bound.watch(file);
    bound.start();
    await().until(() -> allocated(file) < BOUND);
  }
}
