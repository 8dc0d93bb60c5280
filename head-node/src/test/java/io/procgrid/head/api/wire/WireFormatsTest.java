package io.procgrid.head.api.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireFormatsTest {
  private final WireFormats formats = new WireFormats();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\""
      })
  void jsonIsKnownWhateverItsParameters(String contentType) {
    assertThat(formats.of(contentType).contentType()).isEqualTo("application/json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/octet-stream", "application/x-snappy"})
  void formatsThatComeLaterAreSaidToBeNotSupportedYet(String contentType) {
    assertThatThrownBy(() -> formats.of(contentType))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(contentType)
        .hasMessageContaining("not supported yet")
        .hasMessageContaining("application/json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"text/plain", "application/jsonx", "", "application/json; charset=latin1"})
  void anyOtherFormatNamesTheOneThatIsRight(String contentType) {
    assertThatThrownBy(() -> formats.of(contentType))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("application/json");
  }

  @Test
  void missingContentTypeNamesTheOneThatIsRight() {
    assertThatThrownBy(() -> formats.of(null))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("application/json");
  }
}
