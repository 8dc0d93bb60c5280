package io.procgrid.head.api.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFormatTest {
  private static final Field<String> NAME = new Field<>("name", WireType.TEXT, "nobody");
  private static final Field<ImmutableList<String>> ARGS = Field.list("args", WireType.TEXT);
  private static final Field<ImmutableMap<String, ByteString>> FILES =
      Field.map("files", WireType.BYTES);
  private static final Field<ImmutableMap<String, String>> OPTIONS = Field.textMap("options");
  private static final RecordSchema SCHEMA =
      RecordSchema.of("sample_request", NAME, ARGS, FILES, OPTIONS);

  private final JsonFormat json = new JsonFormat();

  private WireRecord decode(String body) {
    return json.decode(SCHEMA, body.getBytes(UTF_8));
  }

  @Test
  void missingFieldsTakeTheirDefaults() {
    WireRecord request = decode("{}");

    assertThat(request.get(NAME)).isEqualTo("nobody");
    assertThat(request.get(ARGS)).isEmpty();
    assertThat(request.get(OPTIONS)).isEmpty();
  }

  @Test
  void integralNumbersCountAsTextEverywhere() {
    WireRecord request = decode("{\"name\":7,\"args\":[-1,\"x\"],\"options\":{\"lines\":20}}");

    assertThat(request.get(NAME)).isEqualTo("7");
    assertThat(request.get(ARGS)).containsExactly("-1", "x");
    assertThat(request.get(OPTIONS)).containsExactly(entry("lines", "20"));
  }

  @Test
  void everyByteIsOneCharacter() {
    byte[] all = new byte[256];
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
      text.append("\\u%04x".formatted(i));
    }

    assertThat(decode("{\"files\":{\"f\":\"" + text + "\"}}").get(FILES))
        .containsExactly(entry("f", ByteString.copyFrom(all)));
  }

  @Test
  void characterThatIsNoByteNamesKeyAndHintsAtBase64() {
    assertThatThrownBy(() -> decode("{\"files\":{\"a/b.txt\":\"x€\"}}"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("files.a/b.txt")
        .hasMessageContaining("U+20AC")
        .hasMessageContaining("file_encoding: base64");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"nmae\":\"x\"} | nmae = \"x\": unknown field of sample_request; valid are name, args, files, options",
        "{\"name\":null} | name = null: must be a string; leave it out for its default",
        "{\"name\":true} | name = true: must be a string; write \"true\" in quotes",
        "{\"options\":{\"a\":false}} | options.a = false: must be a string; write \"false\" in quotes",
        "{\"args\":[\"x\",1.5]} | args[1] = 1.5: must be a string; write \"1.5\" in quotes",
        "{\"args\":[\"x\",null]} | args[1] = null: must be a string; leave it out for its default",
        "{\"args\":[[\"x\"]]} | args[0] = an array: must be a string",
        "{\"args\":{}} | args = an object: must be an array",
        "{\"options\":[]} | options = an array: must be an object",
        "{\"options\":null} | options = null: must be an object; leave it out for its default",
        "{\"name\":\"a\",\"name\":\"a\"} | name: given twice; give it once",
        "{\"options\":{\"a\":\"1\",\"a\":\"2\"}} | options.a: given twice; give it once",
        "[] | the request is an array; send a JSON object with the fields name, args, files, options",
        "\"x\" | the request is \"x\"; send a JSON object with the fields name, args, files, options",
      })
  void whatIsNotExactlyRightIsNamed(String body, String message) {
    assertThatThrownBy(() -> decode(body))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "{",
        "{\"name\"",
        "{\"name\":\"x\"",
        "{'name':\"x\"}",
        "{\"name\":\"x\",}",
        "{} {}",
        "{}x",
        "{\"name\":\"\u0001\"}",
        "// comment\n{}",
        "{\"name\":NaN}",
        "{\"name\":007}",
        "\uFEFF{}"
      })
  void malformedJsonIsSaidToBeSo(String body) {
    assertThatThrownBy(() -> decode(body))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageStartingWith("malformed JSON");
  }

  @Test
  void bodyThatIsNotUtf8IsMalformed() {
    byte[] body = {'{', '"', 'n', 'a', 'm', 'e', '"', ':', '"', (byte) 0xff, '"', '}'};

    assertThatThrownBy(() -> json.decode(SCHEMA, body))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("not UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"name\":\"\\ud800x\"}", "{\"options\":{\"\\udc00\":\"x\"}}"})
  void halfACharacterIsRefused(String body) {
    assertThatThrownBy(() -> decode(body))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("surrogate");
  }

  @Test
  void wholeSupplementaryCharactersPass() {
    assertThat(decode("{\"name\":\"\\ud83d\\ude00\"}").get(NAME)).isEqualTo("\ud83d\ude00");
  }

  @Test
  void deepNestingEndsInAnError() {
    String deep = "{\"name\":".repeat(100_000);

    assertThatThrownBy(() -> decode(deep)).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void longValuesAreShownShortened() {
    assertThatThrownBy(() -> decode("{\"x\":\"" + "y".repeat(5000) + "\"}"))
        .satisfies(
            e -> assertThat(e.getMessage()).hasSizeLessThan(300).contains("5000 characters"));
  }

  @Test
  void textLongerThanTheParsersUsualLimitPasses() {
    String text = "z".repeat(25 * 1024 * 1024);

    assertThat(decode("{\"files\":{\"f\":\"" + text + "\"}}").get(FILES))
        .containsExactly(entry("f", ByteString.copyFromUtf8(text)));
  }

  @Test
  void wrapperOfAnAnswerIsExactlyAsDocumented() {
    Field<String> text = Field.text("text");
    Field<Boolean> yes = Field.bool("yes");
    Field<ImmutableMap<String, Long>> times = Field.map("times", WireType.LONG);
    Field<ImmutableMap<String, ByteString>> bytes = Field.map("bytes", WireType.BYTES);
    WireRecord response =
        WireRecord.builder(RecordSchema.of("sample_response", text, yes, times, bytes))
            .put(text, "say \"ü\"")
            .put(yes, true)
            .put(times, ImmutableMap.of("total", 12L))
            .put(bytes, ImmutableMap.of("b", ByteString.copyFrom(new byte[] {0, (byte) 0xff})))
            .build();

    assertThat(new String(json.success("sample_response", response), UTF_8))
        .isEqualTo(
            "{\"status\":\"OK\",\"message\":\"\",\"data_type\":\"sample_response\",\"data\":\"\","
                + "\"data_str\":\"{\\\"text\\\":\\\"say \\\\\\\"ü\\\\\\\"\\\",\\\"yes\\\":true,"
                + "\\\"times\\\":{\\\"total\\\":12},\\\"bytes\\\":{\\\"b\\\":\\\"\\\\u0000ÿ\\\"}}\"}");
  }

  @Test
  void wrapperOfAnErrorHasNoData() {
    assertThat(new String(json.failure("no proc 'x'"), UTF_8))
        .isEqualTo(
            "{\"status\":\"ERROR\",\"message\":\"no proc 'x'\",\"data_type\":\"none\",\"data\":\"\","
                + "\"data_str\":\"\"}");
  }

  @Test
  void messagesNeverReadLikeACrashToTheClients() {
    String message =
        new String(json.failure("worker 2: Connection refused; then Connection reset"), UTF_8);

    assertThat(message).contains("worker 2: connection refused; then connection reset");
  }

  @Test
  void whatIsWrittenReadsBackEqual() {
    WireRecord record =
        WireRecord.builder(SCHEMA)
            .put(NAME, "ä\u0000\n\ud83d\ude00")
            .put(ARGS, ImmutableList.of("", "\"\\"))
            .put(FILES, ImmutableMap.of("ü/f", ByteString.copyFrom(new byte[] {-1, 0, 127, -128})))
            .build();
    java.io.StringWriter text = new java.io.StringWriter();
    try (var out = new com.fasterxml.jackson.core.JsonFactory().createGenerator(text)) {
      new JsonWriter(out).writeRecord(record);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }

    assertThat(decode(text.toString())).isEqualTo(record);
  }
}
