package io.procgrid.worker.journal;

import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.worker.core.Tombstone;
import io.procgrid.worker.process.ProcessRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Payloads of the slots. Numbers are big-endian, text is its length in bytes (4) and UTF-8. Text
 * for people is cut where a slot would overflow; names are not.
 */
final class SlotCodec {
  private static final int NAME_BYTES = 1024;
  private static final int LABEL_BYTES = 256;
  private static final int DETAIL_BYTES = 1800;
  private static final int ABSENT = 0;
  private static final int EXITED = 1;
  private static final int SIGNALLED = 2;
  private static final int LOST = 3;

  // What a record stands for. The first version knew two of them, as a boolean.
  private static final int TOMBSTONE_ONLY = 0;
  private static final int ACCEPTED = 1;
  private static final int DAMAGED = 2;

  private SlotCodec() {}

  private interface Body {
    void write(DataOutputStream out) throws IOException;
  }

  private interface Parser<T> {
    T read(DataInputStream in) throws IOException;
  }

  static byte[] encode(Acceptance acceptance) {
    Damage damage = acceptance.damage();
    return bytes(out -> {
      out.writeByte(damage != null ? DAMAGED : acceptance.accepted() ? ACCEPTED : TOMBSTONE_ONLY);
      out.writeLong(acceptance.epochCounter());
      name(out, acceptance.epochNonce());
      out.writeLong(acceptance.dispatchNumber());
      out.writeInt(acceptance.specBytes());
      out.writeInt(acceptance.specChecksum());
      if (damage != null) {
        label(out, damage.reason(), DETAIL_BYTES);
        host(out, damage.host());
      }
    });
  }

  static Acceptance acceptance(byte[] payload) throws IOException {
    return parse(
        payload,
        in -> {
          int kind = in.readByte();
          return new Acceptance(
              kind != TOMBSTONE_ONLY,
              in.readLong(),
              text(in),
              in.readLong(),
              in.readInt(),
              in.readInt(),
              kind == DAMAGED ? new Damage(text(in), host(in)) : null);
        });
  }

  static byte[] encode(PlacedProcess placed) {
    ProcessRecord process = placed.process();
    return bytes(out -> {
      name(out, process.containment());
      out.writeLong(process.pid());
      out.writeLong(process.startTicks());
      name(out, process.bootId());
      name(out, process.place());
      out.writeLong(process.startedAtMillis());
      host(out, placed.host());
    });
  }

  /**
   * Reads a process.
   *
   * @param version the first one did not say on which machine: then it was this one
   */
  static PlacedProcess process(int version, byte[] payload, HostStamp here) throws IOException {
    return parse(
        payload,
        in -> {
          ProcessRecord process =
              new ProcessRecord(
                  text(in), in.readLong(), in.readLong(), text(in), text(in), in.readLong());
          return new PlacedProcess(process, version > 1 ? host(in) : here.atBoot(process.bootId()));
        });
  }

  static byte[] encode(Tombstone tombstone) {
    return bytes(out -> {
      facts(out, tombstone.facts());
      Tombstone.Grace grace = tombstone.grace();
      out.writeBoolean(grace != null);
      if (grace != null) {
        out.writeInt(grace.signal());
        name(out, grace.bootId());
        out.writeLong(grace.deadlineMillis());
        out.writeBoolean(grace.reached());
      }
    });
  }

  /**
   * Reads a tombstone.
   *
   * @param version the first one knew no grace
   */
  static Tombstone tombstone(int version, byte[] payload) throws IOException {
    return parse(
        payload,
        in -> new Tombstone(facts(in), version > 1 && in.readBoolean() ? grace(in) : null));
  }

  private static Tombstone.Grace grace(DataInputStream in) throws IOException {
    return new Tombstone.Grace(in.readInt(), text(in), in.readLong(), in.readBoolean());
  }

  static byte[] encode(Outcome outcome) {
    return bytes(out -> {
      name(out, outcome.kind().name());
      status(out, outcome.status());
      label(out, outcome.detail(), DETAIL_BYTES);
      out.writeLong(outcome.startedAtMillis());
      out.writeLong(outcome.endedAtMillis());
      out.writeLong(outcome.killMillis());
      KillFacts kill = outcome.kill();
      out.writeBoolean(kill != null);
      if (kill != null) {
        facts(out, kill);
      }
    });
  }

  static Outcome outcome(byte[] payload) throws IOException {
    return parse(
        payload,
        in ->
            new Outcome(
                Outcome.Kind.valueOf(text(in)),
                status(in),
                text(in),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readBoolean() ? facts(in) : null));
  }

  private static void host(DataOutputStream out, HostStamp host) throws IOException {
    label(out, host.hostName(), LABEL_BYTES);
    label(out, host.machineId(), LABEL_BYTES);
    label(out, host.productUuid(), LABEL_BYTES);
    label(out, host.bootId(), LABEL_BYTES);
    label(out, host.pidNamespace(), LABEL_BYTES);
  }

  private static HostStamp host(DataInputStream in) throws IOException {
    return new HostStamp(text(in), text(in), text(in), text(in), text(in));
  }

  private static void facts(DataOutputStream out, KillFacts facts) throws IOException {
    label(out, facts.user(), LABEL_BYTES);
    out.writeLong(facts.atMillis());
    label(out, facts.origin(), LABEL_BYTES);
  }

  private static KillFacts facts(DataInputStream in) throws IOException {
    return new KillFacts(text(in), in.readLong(), text(in));
  }

  private static void status(DataOutputStream out, @Nullable ExitStatus status) throws IOException {
    switch (status) {
      case null -> out.writeByte(ABSENT);
      case ExitStatus.Exited(int code) -> {
        out.writeByte(EXITED);
        out.writeInt(code);
      }
      case ExitStatus.Signalled(int signal) -> {
        out.writeByte(SIGNALLED);
        out.writeInt(signal);
      }
      case ExitStatus.Lost(String reason) -> {
        out.writeByte(LOST);
        label(out, reason, NAME_BYTES);
      }
    }
  }

  private static @Nullable ExitStatus status(DataInputStream in) throws IOException {
    int kind = in.readByte();
    return switch (kind) {
      case ABSENT -> null;
      case EXITED -> new ExitStatus.Exited(in.readInt());
      case SIGNALLED -> new ExitStatus.Signalled(in.readInt());
      case LOST -> new ExitStatus.Lost(text(in));
      default -> throw new IOException("exit status of kind " + kind);
    };
  }

  private static void name(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > NAME_BYTES) {
      throw new IOException("text of %d bytes where %d fit".formatted(bytes.length, NAME_BYTES));
    }
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static void label(DataOutputStream out, String text, int most) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, most);
    // Not in the middle of a character.
    while (length > 0 && length < bytes.length && (bytes[length] & 0xC0) == 0x80) {
      length--;
    }
    out.writeInt(length);
    out.write(bytes, 0, length);
  }

  private static String text(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > Slot.CAPACITY) {
      throw new IOException("text of %d bytes".formatted(length));
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new IOException("text ends after %d of %d bytes".formatted(bytes.length, length));
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      body.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static <T> T parse(byte[] payload, Parser<T> parser) throws IOException {
    try {
      return parser.read(new DataInputStream(new ByteArrayInputStream(payload)));
    } catch (IllegalArgumentException e) {
      throw new IOException("payload %s".formatted(Arrays.toString(payload)), e);
    }
  }
}
