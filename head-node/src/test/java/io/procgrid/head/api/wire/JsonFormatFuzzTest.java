package io.procgrid.head.api.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Mutilated requests end in a record or in a clean error, and in nothing else. */
class JsonFormatFuzzTest {
  private static final long SEED = 20_261_124;
  private static final int ROUNDS = 60_000;

  private static final RecordSchema SCHEMA =
      RecordSchema.of(
          "fuzzed_request",
          Field.text("name"),
          Field.list("args", WireType.TEXT),
          Field.map("files", WireType.BYTES),
          Field.map("columns", WireType.TEXT_LIST),
          Field.textMap("options"));

  private static final ImmutableList<String> SEEDS =
      ImmutableList.of(
          "{}",
          "{\"name\":\"p\",\"args\":[\"a\",7],\"files\":{\"a/b\":\"\\u00ffx\"},\"options\":{\"k\":\"v\"}}",
          "{\"columns\":{\"t\":[\"c\",\"d\"]},\"name\":\"\\ud83d\\ude00\",\"options\":{}}",
          "[null,true,false,1.5e3,-0,{\"name\":{}}]");

  private static final ImmutableList<String> TOKENS =
      ImmutableList.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"",
          "\\",
          "\\u",
          "\\ud800",
          "null",
          "true",
          "1",
          "-",
          "1e9",
          "\"name\"",
          "\"options\":",
          "\u00ff",
          "\u00c3\u00bc",
          "\u00ed\u00a0\u0080",
          "\u0000",
          " ",
          "\n");

  private final JsonFormat json = new JsonFormat();

  @Test
  void mutilatedRequestsNeverEndInAnythingButACleanError() {
    Random random = new Random(SEED);
    int accepted = 0;
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] body = mutilated(random);
      try {
        json.decode(SCHEMA, body);
        accepted++;
      } catch (InvalidRequestException e) {
        refused++;
        assertThat(e.getMessage()).isNotBlank().doesNotContain("\n").hasSizeLessThan(2000);
      } catch (RuntimeException e) {
        fail("seed %d, round %d, body %s".formatted(SEED, round, new String(body, ISO_8859_1)), e);
      }
    }
    assertThat(accepted).as("bodies that stayed valid").isPositive();
    assertThat(refused).as("bodies that did not").isGreaterThan(ROUNDS / 2);
  }

  private static byte[] mutilated(Random random) {
    StringBuilder text = new StringBuilder(pick(SEEDS, random));
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(text.length() + 1);
      switch (random.nextInt(4)) {
        case 0 -> text.insert(at, pick(TOKENS, random));
        case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(5)));
        case 2 -> text.insert(at, pick(SEEDS, random));
        default -> text.insert(at, (char) random.nextInt(256));
      }
    }
    byte[] body = text.toString().getBytes(ISO_8859_1);
    return random.nextInt(10) == 0 ? Arrays.copyOf(body, random.nextInt(body.length + 1)) : body;
  }

  private static <T> T pick(ImmutableList<T> list, Random random) {
    return list.get(random.nextInt(list.size()));
  }
}
