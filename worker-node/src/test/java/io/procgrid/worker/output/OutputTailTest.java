package io.procgrid.worker.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputTailTest {
  @TempDir Path directory;

  private List<String> tail(String content, int maxLines) throws IOException {
    Path file = directory.resolve("stdout");
    Files.writeString(file, content, StandardCharsets.ISO_8859_1);
    List<String> lines = new ArrayList<>();
    for (byte[] line : OutputTail.read(file, maxLines)) {
      lines.add(new String(line, StandardCharsets.ISO_8859_1));
    }
    return lines;
  }

  @Test
  void givesTheLatestLinesOldestFirst() throws IOException {
    assertThat(tail("a\nb\nc\n", 2)).containsExactly("b", "c");
    assertThat(tail("a\nb\nc\n", 9)).containsExactly("a", "b", "c");
  }

  @Test
  void unfinishedLastLineCounts() throws IOException {
    assertThat(tail("a\nb\nc", 2)).containsExactly("b", "c");
    assertThat(tail("alone", 1)).containsExactly("alone");
  }

  @Test
  void emptyLinesCountAndLineEndsGo() throws IOException {
    assertThat(tail("\n\nx\r\n\n", 9)).containsExactly("", "", "x", "");
    assertThat(tail("", 9)).isEmpty();
    assertThat(tail("a\n", 0)).isEmpty();
  }

  @Test
  void fileThatIsNotThereHasNoLines() throws IOException {
    assertThat(OutputTail.read(directory.resolve("none"), 5)).isEmpty();
  }

  @Test
  void longLinesAreCutAtTheirEnd() throws IOException {
    String line = "x".repeat(OutputTail.LINE_BYTES) + "cut";
    assertThat(tail("before\n" + line + "\nafter\n", 3))
        .containsExactly("before", "x".repeat(OutputTail.LINE_BYTES), "after");
  }

  private List<String> tail(String content, int maxLines, long keptBytes) throws IOException {
    Path file = directory.resolve("stdout");
    Files.writeString(file, content, StandardCharsets.ISO_8859_1);
    return OutputTail.read(file, maxLines, keptBytes).stream()
        .map(line -> new String(line, StandardCharsets.ISO_8859_1))
        .toList();
  }

  @Test
  void lineThatBeginsBeforeWhatIsKeptIsLeftOut() throws IOException {
    assertThat(tail("aaaa\nbbbb\ncccc\n", 9, 8)).containsExactly("cccc");
    assertThat(tail("aaaa\nbbbb\ncccc\n", 9, 14)).containsExactly("bbbb", "cccc");
    assertThat(tail("aaaa\nbbbb\ncccc\n", 9, 15)).containsExactly("aaaa", "bbbb", "cccc");
    assertThat(tail("aaaa\nbbbb\ncccc\n", 1, 14)).containsExactly("cccc");
  }

  @Test
  void endlessLineIsGivenByItsLatestBytes() throws IOException {
    assertThat(tail("a\n" + "x".repeat(50) + "end", 9, 10)).containsExactly("x".repeat(7) + "end");
    String line = "x".repeat(3 * OutputTail.LINE_BYTES) + "y".repeat(OutputTail.LINE_BYTES);
    assertThat(tail(line, 9, 2 * OutputTail.LINE_BYTES))
        .containsExactly("y".repeat(OutputTail.LINE_BYTES));
  }

  @Test
  void agreesWithReadingTheWholeFile() throws IOException {
    Random random = new Random(1);
    for (int round = 0; round < 50; round++) {
      List<String> lines = new ArrayList<>();
      int count = random.nextInt(400);
      for (int i = 0; i < count; i++) {
        lines.add("y".repeat(random.nextInt(4) == 0 ? random.nextInt(3_000) : random.nextInt(3)));
      }
      String content = count == 0 ? "" : String.join("\n", lines) + "\n";
      int max = 1 + random.nextInt(500);
      assertThat(tail(content, max))
          .as("round %d", round)
          .isEqualTo(lines.subList(Math.max(0, count - max), count));
    }
  }
}
