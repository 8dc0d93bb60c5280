package io.procgrid.head.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;
import io.procgrid.common.run.SegmentSpec;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;

class FileBundleTest {
  private static final ByteString A = ByteString.copyFromUtf8("alpha");
  private static final ByteString B = ByteString.copyFrom(new byte[] {0, -1, 13, 10});

  @Test
  void sameFilesGiveTheSameHashInAnyOrderAndTimeZone() {
    String hash = FileBundle.pack(ImmutableMap.of("a", A, "d/ü", B)).hash();
    TimeZone before = TimeZone.getDefault();
    TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
    try {
      assertThat(FileBundle.pack(ImmutableMap.of("d/ü", B, "a", A)).hash()).isEqualTo(hash);
    } finally {
      TimeZone.setDefault(before);
    }
  }

  @Test
  void otherContentOrNameGivesAnotherHash() {
    String hash = FileBundle.pack(ImmutableMap.of("a", A)).hash();

    assertThat(FileBundle.pack(ImmutableMap.of("a", B)).hash()).isNotEqualTo(hash);
    assertThat(FileBundle.pack(ImmutableMap.of("b", A)).hash()).isNotEqualTo(hash);
  }

  @Test
  void bundleWithoutFilesHasTheNameThatWorkersKnow() {
    assertThat(FileBundle.pack(ImmutableMap.of()).hash()).isEqualTo(SegmentSpec.NO_FILES);
  }

  @Test
  void filesComeBackByteForByte() {
    ImmutableMap<String, ByteString> files =
        ImmutableMap.of("a", A, "d/e/f", B, "empty", ByteString.EMPTY);

    assertThat(FileBundle.unpack(FileBundle.pack(files).archive())).isEqualTo(files);
  }

  @Test
  void noFilesAreABundleToo() {
    assertThat(FileBundle.unpack(FileBundle.pack(ImmutableMap.of()).archive())).isEmpty();
  }
}
