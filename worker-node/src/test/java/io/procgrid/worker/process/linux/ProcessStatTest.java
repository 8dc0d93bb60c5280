package io.procgrid.worker.process.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ProcessStatTest {
  @Test
  void nameMayHoldBlanksAndParentheses() {
    ProcessStat stat =
        ProcessStat.parse(
            "4711 (a) R 1 (b ) S 12 13 14 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765"
                + " 0".repeat(29)
                + " 139\n");
    assertThat(stat)
        .isEqualTo(new ProcessStat(4711, "a) R 1 (b ", 'S', 12, 13, 14, 4194560, 98765, 139));
  }

  @Test
  void exitingProcessIsEndingWhateverItsState() {
    ProcessStat stat = ProcessStat.parse("1 (x) R 1 1 1 0 -1 4" + " 0".repeat(43));
    assertThat(stat.isEnding()).isTrue();
  }

  @Test
  void ownProcessIsAlive() {
    long self = ProcessHandle.current().pid();
    assertThat(ProcessStat.of(self)).get().extracting(ProcessStat::pid).isEqualTo((int) self);
    assertThat(ProcessStat.isEnding(self)).isFalse();
    assertThat(ProcessStat.isDead(self)).isFalse();
  }

  @Test
  void processThatIsNotThereIsDead() {
    assertThat(ProcessStat.of(Integer.MAX_VALUE)).isEmpty();
    assertThat(ProcessStat.isDead(Integer.MAX_VALUE)).isTrue();
  }
}
