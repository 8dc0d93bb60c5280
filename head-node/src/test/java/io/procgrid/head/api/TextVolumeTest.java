package io.procgrid.head.api;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.procgrid.head.api.wire.InvalidRequestException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TextVolumeTest {
  private static final String HALF = "x".repeat(512 * 1024);

  @Test
  void moreTextThanAProcessCanBeGivenIsRefusedWithTheRemedy() {
    assertThatThrownBy(() -> TextVolume.check("params", Stream.of(HALF, HALF, "x"), "use files"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("params: 1048577 bytes")
        .hasMessageContaining("at most 1048576")
        .hasMessageContaining("use files");
  }

  @Test
  void whatFitsIsLetThrough() {
    assertThatCode(() -> TextVolume.check("params", Stream.of(HALF, HALF), "use files"))
        .doesNotThrowAnyException();
  }

  @Test
  void charactersCountAsTheBytesTheyBecome() {
    assertThatThrownBy(() -> TextVolume.check("params", Stream.of(HALF, "é".repeat(262_145)), ""))
        .isInstanceOf(InvalidRequestException.class);
  }
}
