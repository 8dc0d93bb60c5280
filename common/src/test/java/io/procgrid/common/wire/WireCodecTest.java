package io.procgrid.common.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.HostFacts;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WireCodecTest {
  private static final KillFacts FACTS = new KillFacts("ü", Long.MAX_VALUE, "127.0.0.1:1");

  @Test
  void idsSurviveTheWire() {
    Epoch epoch = new Epoch(Long.MAX_VALUE, "nonce");
    SegmentKey key = new SegmentKey(Long.MAX_VALUE, Integer.MAX_VALUE, 0);
    assertThat(WireCodec.decode(WireCodec.encode(epoch))).isEqualTo(epoch);
    assertThat(WireCodec.decode(WireCodec.encode(key))).isEqualTo(key);
  }

  @Test
  void factsSurviveTheWire() {
    HostFacts host = new HostFacts("h", "Linux 6", "m", "", "b");
    assertThat(WireCodec.decode(WireCodec.encode(FACTS))).isEqualTo(FACTS);
    assertThat(WireCodec.decode(WireCodec.encode(host))).isEqualTo(host);
  }

  @Test
  void everyExitStatusSurvivesTheWire() {
    for (ExitStatus status :
        List.of(
            new ExitStatus.Exited(0),
            new ExitStatus.Exited(255),
            new ExitStatus.Signalled(9),
            new ExitStatus.Lost(""))) {
      assertThat(WireCodec.decode(WireCodec.encode(status))).isEqualTo(status);
    }
  }

  @Test
  void everyOutcomeSurvivesTheWire() {
    for (Outcome.Kind kind : Outcome.Kind.values()) {
      Outcome full = new Outcome(kind, new ExitStatus.Exited(0), "detail", 1, 2, 3, FACTS);
      Outcome bare = new Outcome(kind, null, "", 0, 0, 0, null);
      assertThat(WireCodec.decode(WireCodec.encode(full))).isEqualTo(full);
      assertThat(WireCodec.decode(WireCodec.encode(bare))).isEqualTo(bare);
    }
  }

  @Test
  void specSurvivesTheWire() {
    SegmentSpec spec =
        new SegmentSpec(
            "a proc",
            "1000",
            7,
            "hash",
            "./run.sh",
            List.of("", "b c", "\u0000"),
            Map.of("p", "v", "", "x"),
            Map.of("LANG", "C"),
            true,
            100);
    assertThat(WireCodec.decode(WireCodec.encode(spec))).isEqualTo(spec);
  }

  @Test
  void whatNoSenderWritesIsRefused() {
    assertThatThrownBy(() -> WireCodec.decode(io.procgrid.proto.v1.ExitStatus.getDefaultInstance()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> WireCodec.decode(io.procgrid.proto.v1.Outcome.getDefaultInstance()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> WireCodec.decode(io.procgrid.proto.v1.SegmentKey.getDefaultInstance()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> WireCodec.decode(io.procgrid.proto.v1.Epoch.getDefaultInstance()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
