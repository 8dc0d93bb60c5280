package io.procgrid.worker.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.procgrid.common.daemon.AtomicFile;
import io.procgrid.worker.process.Ground;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code worker.state}, and {@code worker.state.copy} which is written first: a line of JSON, and a
 * line {@code crc32c} with the checksum of the first in hex. Whom a worker obeys is never guessed,
 * so what the checksum does not confirm is not used.
 *
 * <p>Format 1 had no copy, no checksum, and {@code boot_id} in place of {@code host}.
 */
final class StateFile {
  private static final Logger log = LoggerFactory.getLogger(StateFile.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHECKSUM = "crc32c ";

  private final Path file;
  private final Path copy;

  StateFile(Path directory) {
    this.file = directory.resolve("worker.state");
    this.copy = directory.resolve("worker.state.copy");
  }

  Path path() {
    return file;
  }

  boolean exists() {
    return Files.exists(file) || Files.exists(copy);
  }

  /** Reads the state; a newer format is refused, and so is one of which no copy is whole. */
  WorkerState read() throws JournalException {
    try {
      return read(file);
    } catch (IOException damaged) {
      try {
        WorkerState state = read(copy);
        log.error("{} cannot be used ({}); its copy is whole and is used", file, what(damaged));
        return state;
      } catch (IOException e) {
        throw new JournalException(
            ("%s cannot be used (%s), nor %s (%s): without it nobody knows whom this worker obeys;"
                    + " restore one of them from a backup, or move the folder away: the worker then"
                    + " begins with a new identity, and what the old one left running is reported to"
                    + " the head as leftover")
                .formatted(file, what(damaged), copy, what(e)),
            e);
      }
    }
  }

  /** Durable when it returns. */
  void write(WorkerState state) throws IOException {
    String text = sealed(JSON.writeValueAsString(state));
    // The copy first: so it is never older than the file that it stands in for.
    AtomicFile.write(copy, text);
    AtomicFile.write(file, text);
  }

  /** The text of a file with this line of JSON. */
  static String sealed(String json) {
    return json + "\n" + CHECKSUM + checksum(json) + "\n";
  }

  private static WorkerState read(Path file) throws IOException, JournalException {
    List<String> lines = Files.readString(file).lines().toList();
    if (lines.isEmpty()) {
      throw new IOException("it is empty");
    }
    String json = lines.getFirst();
    boolean whole = lines.size() > 1 && lines.get(1).equals(CHECKSUM + checksum(json));
    JsonNode node = JSON.readTree(json);
    int format = node.path("format").asInt(0);
    if (format == 1 && lines.size() == 1) {
      return JSON.treeToValue(upgraded((ObjectNode) node), WorkerState.class);
    }
    if (!whole) {
      throw new IOException("its checksum does not match");
    }
    if (format > WorkerState.FORMAT) {
      throw JournalException.newer(file, format);
    }
    return JSON.treeToValue(node, WorkerState.class);
  }

  /** Format 1 did not keep on which machine the worker ran, nor where it put processes. */
  private static ObjectNode upgraded(ObjectNode node) {
    node.put("format", WorkerState.FORMAT);
    node.set(
        "host", JSON.valueToTree(new HostStamp("", "", "", node.path("boot_id").asText(), "")));
    node.set("grounds", JSON.valueToTree(List.of(Ground.UNKNOWN)));
    return node;
  }

  private static String checksum(String text) {
    return "%08x".formatted(SpecFile.checksum(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static String what(IOException e) {
    return e instanceof NoSuchFileException ? "it is missing" : String.valueOf(e.getMessage());
  }
}
