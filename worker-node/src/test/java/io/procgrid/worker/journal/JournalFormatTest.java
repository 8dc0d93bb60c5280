package io.procgrid.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.procgrid.worker.core.JournalEntry;
import io.procgrid.worker.core.Recovered;
import io.procgrid.worker.core.Tombstone;
import io.procgrid.worker.process.Ground;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Which formats are read, and which refused. */
class JournalFormatTest extends JournalStory {
  @Test
  void newerFormatIsRefused() throws Exception {
    append(ACCEPTED);
    Path state = directory.resolve("worker.state");
    String newer = Files.readAllLines(state).getFirst().replace("\"format\":2", "\"format\":3");
    Files.writeString(state, StateFile.sealed(newer));

    assertThatThrownBy(() -> open("boot-1"))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("worker.state is of format 3")
        .hasMessageContaining("reads up to 2")
        .hasMessageContaining("start the newer version");
  }

  @Test
  void newerRecordIsRefusedAndNeverTakenForDamage() throws Exception {
    append(ACCEPTED);
    try (RandomAccessFile file = new RandomAccessFile(record().toFile(), "rw")) {
      file.seek(Slot.SIZE);
      file.write(ByteBuffer.allocate(12).putInt(0x5047_5333).putInt(0).array());
      CRC32C crc = new CRC32C();
      crc.update(3);
      crc.update(ByteBuffer.allocate(8).putInt(1).putInt(0).flip());
      file.seek(Slot.SIZE + 8);
      file.writeInt((int) crc.getValue());
    }

    assertThatThrownBy(() -> open("boot-1"))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("record is of format 3");
  }

  /** As the first version wrote it. */
  @Test
  void firstFormatIsRead() throws Exception {
    append(new JournalEntry.TermOpened(EPOCH), ACCEPTED, RECORDED);
    Files.delete(directory.resolve("worker.state.copy"));
    Files.writeString(
        directory.resolve("worker.state"),
        """
        {"format":1,"identity":"identity","cluster_id":"","epoch_counter":3,"epoch_nonce":"nonce",\
        "dispatch_number":17,"highest_run_id":7,"boot_id":"boot-1"}
        """);
    writeFirstVersionRecord();

    Recovered recovered = reopened();

    assertThat(recovered.epoch()).isEqualTo(EPOCH);
    assertThat(recovered.segments())
        .containsExactly(
            new Recovered.Intact(SEGMENT, 3, true, SPEC, PROCESS, new Tombstone(FACTS), null));
    assertThat(open("boot-1").journal().grounds()).containsExactly(Ground.UNKNOWN);
  }

  private void writeFirstVersionRecord() throws IOException {
    byte[] spec = new ObjectMapper().writeValueAsBytes(SPEC);
    Files.write(directory.resolve("journal/7-1-0/spec.json"), spec);
    try (RandomAccessFile file = new RandomAccessFile(record().toFile(), "rw")) {
      file.setLength(0);
      file.setLength(Slot.fileSize());
      firstVersionSlot(
          file,
          0,
          out -> {
            out.writeBoolean(true);
            out.writeLong(3);
            text(out, "nonce");
            out.writeLong(17);
            out.writeInt(spec.length);
            out.writeInt(SpecFile.checksum(spec));
          });
      firstVersionSlot(
          file,
          1,
          out -> {
            text(out, PROCESS.containment());
            out.writeLong(PROCESS.pid());
            out.writeLong(PROCESS.startTicks());
            text(out, PROCESS.bootId());
            text(out, PROCESS.place());
            out.writeLong(PROCESS.startedAtMillis());
          });
      firstVersionSlot(
          file,
          2,
          out -> {
            text(out, FACTS.user());
            out.writeLong(FACTS.atMillis());
            text(out, FACTS.origin());
          });
    }
  }

  private interface Payload {
    void write(DataOutputStream out) throws IOException;
  }

  private static void firstVersionSlot(RandomAccessFile file, int number, Payload payload)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    payload.write(new DataOutputStream(bytes));
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(8).putInt(number).putInt(bytes.size()).flip());
    crc.update(bytes.toByteArray());
    file.seek((long) number * Slot.SIZE);
    file.writeInt(0x5047_5331);
    file.writeInt(bytes.size());
    file.writeInt((int) crc.getValue());
    file.write(bytes.toByteArray());
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  @Test
  void damagedStateIsReadFromItsCopy() throws Exception {
    append(new JournalEntry.TermOpened(EPOCH), ACCEPTED);
    Path state = directory.resolve("worker.state");
    Files.writeString(
        state, Files.readString(state).replace("\"epoch_counter\":3", "\"epoch_counter\":1"));

    assertThat(reopened().epoch()).isEqualTo(EPOCH);

    Files.delete(state);
    assertThat(reopened().epoch()).isEqualTo(EPOCH);
  }

  @Test
  void damagedOrMissingStateWithoutAWholeCopyIsRefused() throws Exception {
    append(ACCEPTED);
    Path state = directory.resolve("worker.state");
    Path copy = directory.resolve("worker.state.copy");
    Files.writeString(state, "{\"format\":2,");
    Files.writeString(copy, Files.readString(copy).replace("identity", "another"));
    assertThatThrownBy(() -> open("boot-1"))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("worker.state")
        .hasMessageContaining("checksum")
        .hasMessageContaining("new identity");

    Files.delete(state);
    Files.delete(copy);
    assertThatThrownBy(() -> open("boot-1"))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("new identity");
  }
}
