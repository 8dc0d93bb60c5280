package io.procgrid.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  private static final Set<String> KEYS = Set.of("port", "name");
  private static final Set<String> FLAGS = Set.of("insecure");

  @TempDir Path directory;

  private static Settings parse(String... arguments) throws ConfigurationException {
    return Settings.parse(List.of(arguments), KEYS, FLAGS);
  }

  @Test
  void valueMayFollowOrBeJoinedAndFlagsStandAlone() throws Exception {
    Settings settings = parse("--port", "7", "--name=a=b", "--insecure");
    assertThat(settings.integer("port", 1, 0, 9)).isEqualTo(7);
    assertThat(settings.text("name")).contains("a=b");
    assertThat(settings.flag("insecure", false)).isTrue();
  }

  @Test
  void whatIsNotGivenTakesTheDefault() throws Exception {
    Settings settings = parse();
    assertThat(settings.integer("port", 9191, 0, 65_535)).isEqualTo(9191);
    assertThat(settings.flag("insecure", false)).isFalse();
    assertThat(settings.text("name")).isEmpty();
  }

  @Test
  void unknownKeyIsNamedWithTheValidOnes() {
    assertThatThrownBy(() -> parse("--prot", "7"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("prot= (command line): unknown; valid are config, insecure, name, port");
  }

  @Test
  void sameKeyTwiceIsAnError() {
    assertThatThrownBy(() -> parse("--port", "7", "--port", "8")).hasMessageContaining("twice");
  }

  @Test
  void missingValueIsAnError() {
    assertThatThrownBy(() -> parse("--port")).hasMessageContaining("a value must follow");
    assertThatThrownBy(() -> parse("stray")).hasMessageContaining("not an option");
    assertThatThrownBy(() -> parse().requiredText("name")).hasMessageContaining("--name VALUE");
  }

  @Test
  void badNumberNamesKeySourceValueAndBounds() {
    assertThatThrownBy(() -> parse("--port", "x").integer("port", 1, 0, 9))
        .hasMessage("port=x (command line): must be an integer from 0 to 9");
    assertThatThrownBy(() -> parse("--port", "10").integer("port", 1, 0, 9))
        .hasMessageContaining("from 0 to 9");
  }

  @Test
  void flagTakesTrueAndFalseOnly() throws Exception {
    assertThat(parse("--insecure=false").flag("insecure", true)).isFalse();
    assertThatThrownBy(() -> parse("--insecure=yes").flag("insecure", false))
        .hasMessageContaining("must be true or false");
  }

  @Test
  void commandLineWinsOverTheFile() throws Exception {
    Path file = directory.resolve("head.conf");
    Files.writeString(file, "# ours\nport = 5\nname = from file\n");
    Settings settings = parse("--config", file.toString(), "--port", "6");
    assertThat(settings.integer("port", 1, 0, 9)).isEqualTo(6);
    assertThat(settings.text("name")).contains("from file");
  }

  @Test
  void errorInTheFileNamesTheFile() throws Exception {
    Path file = directory.resolve("head.conf");
    Files.writeString(file, "prot=5\n");
    assertThatThrownBy(() -> parse("--config", file.toString()))
        .hasMessageContaining(file.toString())
        .hasMessageContaining("prot");
    Files.writeString(file, "port=many\n");
    assertThatThrownBy(() -> parse("--config", file.toString()).integer("port", 1, 0, 9))
        .hasMessage("port=many (%s): must be an integer from 0 to 9".formatted(file));
  }

  @Test
  void unreadableFileIsNamed() {
    Path missing = directory.resolve("none.conf");
    assertThatThrownBy(() -> parse("--config", missing.toString()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(missing.toString());
  }
}
