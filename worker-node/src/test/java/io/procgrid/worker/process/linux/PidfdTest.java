package io.procgrid.worker.process.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.procgrid.common.run.ExitStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EnabledOnOs(OS.LINUX)
class PidfdTest {
  static int start(String script) throws SystemCallException {
    try (Descriptor sink = Descriptor.openToAppend(Path.of("/dev/null"))) {
      return new Spawn(
              List.of("/bin/sh", "-c", script), Map.of(), Path.of("/"), sink, sink, List.of())
          .start();
    }
  }

  @Test
  void peekLeavesTheZombieAndReapTakesIt() throws Exception {
    int pid = start("exit 9");
    try (Pidfd process = Pidfd.open(pid)) {
      await().until(process::isDead);
      assertThat(process.peek()).contains(new ExitStatus.Exited(9));
      assertThat(ProcessStat.of(pid)).get().extracting(ProcessStat::state).isEqualTo('Z');
      assertThat(process.reap()).contains(new ExitStatus.Exited(9));
      assertThat(ProcessStat.of(pid)).isEmpty();
      assertThatThrownBy(process::reap)
          .isInstanceOfSatisfying(
              SystemCallException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ECHILD));
    }
  }

  @Test
  void signalToAReapedProcessReachesNobody() throws Exception {
    try (Pidfd process = Pidfd.open(start("exec sleep 1000"))) {
      assertThat(process.peek()).isEmpty();
      assertThat(process.signal(Pidfd.SIGKILL)).isTrue();
      await().until(() -> process.reap().equals(Optional.of(new ExitStatus.Signalled(9))));
      assertThat(process.signal(Pidfd.SIGKILL)).isFalse();
    }
  }

  @Test
  void pidThatNobodyHasCannotBeOpened() {
    assertThatThrownBy(() -> Pidfd.open(Integer.MAX_VALUE))
        .hasMessageContaining("pidfd_open pid " + Integer.MAX_VALUE)
        .isInstanceOfSatisfying(
            SystemCallException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ESRCH));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0x0100, 1", "0xff00, 255"})
  void statusWordTellsCodes(String word, int code) {
    assertThat(Pidfd.ofWaitStatus(Integer.decode(word))).isEqualTo(new ExitStatus.Exited(code));
  }

  @ParameterizedTest
  @CsvSource({"0x0009, 9", "0x008b, 11"})
  void statusWordTellsSignalsWithAndWithoutCore(String word, int signal) {
    assertThat(Pidfd.ofWaitStatus(Integer.decode(word)))
        .isEqualTo(new ExitStatus.Signalled(signal));
  }
}
