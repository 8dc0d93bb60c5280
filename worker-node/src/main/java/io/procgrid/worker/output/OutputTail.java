package io.procgrid.worker.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The latest lines of an output file, read backwards from its end in blocks: the length of the file
 * does not matter. The file may grow meanwhile, and its oldest bytes may be released.
 */
public final class OutputTail {
  /** Longest line, bytes; what comes after is cut. */
  public static final int LINE_BYTES = 64 * 1024;

  private static final int BLOCK_BYTES = 64 * 1024;

  private OutputTail() {}

  /**
   * Reads at most so many of the latest lines, oldest first, without their line ends. An unfinished
   * last line counts. A file that is not there has none.
   *
   * <p>Nothing before the latest {@link OutputBound#KEPT_BYTES} is read, be it released or not. A
   * line that begins before them is left out; if it is the only one, its latest bytes are given.
   */
  public static List<byte[]> read(Path file, int maxLines) throws IOException {
    return read(file, maxLines, OutputBound.KEPT_BYTES);
  }

  static List<byte[]> read(Path file, int maxLines, long keptBytes) throws IOException {
    if (maxLines <= 0) {
      return List.of();
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long end = channel.size();
      List<Long> starts = starts(channel, Math.max(0, end - keptBytes), end, maxLines);
      List<byte[]> lines = lines(channel, starts, end);
      // What fell behind while this read it may have been released before it was read.
      long kept = channel.size() - keptBytes;
      return lines.subList(
          (int) starts.stream().filter(start -> start < kept).count(), lines.size());
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /** Where each of the latest lines begins, oldest first; nothing before the floor is looked at. */
  private static List<Long> starts(FileChannel channel, long floor, long end, int maxLines)
      throws IOException {
    List<Long> newestFirst = new ArrayList<>();
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
    // A line end at the very end of the file begins no line.
    long position = end;
    while (position > floor && newestFirst.size() < maxLines) {
      long from = Math.max(floor, position - BLOCK_BYTES);
      fill(channel, block, from, (int) (position - from));
      for (int i = block.limit() - 1; i >= 0 && newestFirst.size() < maxLines; i--) {
        long next = from + i + 1;
        if (block.get(i) == '\n' && next < end) {
          newestFirst.add(next);
        }
      }
      position = from;
    }
    if (floor == 0 && position == 0 && end > 0 && newestFirst.size() < maxLines) {
      newestFirst.add(0L);
    }
    if (floor > 0 && newestFirst.isEmpty()) {
      newestFirst.add(Math.max(floor, end - LINE_BYTES));
    }
    return newestFirst.reversed();
  }

  private static List<byte[]> lines(FileChannel channel, List<Long> starts, long end)
      throws IOException {
    List<byte[]> lines = new ArrayList<>(starts.size());
    for (int i = 0; i < starts.size(); i++) {
      long start = starts.get(i);
      long next = i + 1 < starts.size() ? starts.get(i + 1) : end;
      lines.add(line(channel, start, next));
    }
    return lines;
  }

  private static byte[] line(FileChannel channel, long start, long next) throws IOException {
    int length = (int) Math.min(next - start, LINE_BYTES + 1L);
    ByteBuffer buffer = ByteBuffer.allocate(length);
    fill(channel, buffer, start, length);
    byte[] bytes = new byte[Math.min(withoutLineEnd(buffer), LINE_BYTES)];
    buffer.get(bytes);
    return bytes;
  }

  /** The line end is a line feed, or a carriage return and a line feed. */
  private static int withoutLineEnd(ByteBuffer buffer) {
    int length = buffer.limit();
    if (length > 0 && buffer.get(length - 1) == '\n') {
      length--;
      if (length > 0 && buffer.get(length - 1) == '\r') {
        length--;
      }
    }
    return length;
  }

  private static void fill(FileChannel channel, ByteBuffer buffer, long position, int length)
      throws IOException {
    buffer.clear().limit(length);
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, position + buffer.position());
      if (read < 0) {
        break;
      }
    }
    buffer.flip();
  }
}
