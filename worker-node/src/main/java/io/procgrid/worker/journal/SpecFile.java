package io.procgrid.worker.journal;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.procgrid.common.run.SegmentSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.util.zip.CRC32C;

/**
 * What a segment was asked to run, {@code spec.json}: the fields of the spec and {@code format}.
 * Its length and checksum are in the record.
 */
final class SpecFile {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FORMAT = "format";

  private SpecFile() {}

  static byte[] encode(SegmentSpec spec) throws IOException {
    ObjectNode node = JSON.valueToTree(spec);
    return JSON.writeValueAsBytes(node.put(FORMAT, WorkerState.FORMAT));
  }

  /** Reads it as it was accepted. */
  static SegmentSpec read(SegmentFolder folder, Acceptance acceptance)
      throws IOException, JournalException {
    byte[] bytes = Files.readAllBytes(folder.spec());
    if (bytes.length != acceptance.specBytes() || checksum(bytes) != acceptance.specChecksum()) {
      throw new IOException(folder.spec() + " is damaged");
    }
    ObjectNode node = JSON.readValue(bytes, ObjectNode.class);
    int format = node.path(FORMAT).asInt(1);
    if (format > WorkerState.FORMAT) {
      throw JournalException.newer(folder.spec(), format);
    }
    node.remove(FORMAT);
    return JSON.treeToValue(node, SegmentSpec.class);
  }

  static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
