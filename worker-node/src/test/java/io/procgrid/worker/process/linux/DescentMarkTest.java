package io.procgrid.worker.process.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class DescentMarkTest {
  private final DescentMark mark = DescentMark.of("mark of this test " + System.nanoTime());

  @Test
  void markIsInheritedThroughForkExecAndNewSessions() throws Exception {
    int pid = PidfdTest.start("sleep 0.2; env -i setsid sh -c 'setsid sleep 1000 & wait' & wait");
    try {
      mark.set(pid);
      await().until(() -> marked().size() >= 3);
      assertThat(marked()).contains(pid).doesNotContain((int) ProcessHandle.current().pid());
    } finally {
      for (int member : marked()) {
        try (Pidfd process = Pidfd.open(member)) {
          process.signal(Pidfd.SIGKILL);
        }
      }
      Pidfd.awaitChild(pid);
    }
  }

  /** Where prlimit is refused, the file must tell the same. */
  @Test
  void fileTellsTheSameAsTheCall() throws Exception {
    int pid = PidfdTest.start("exec sleep 1000");
    try (Pidfd process = Pidfd.open(pid)) {
      assertThat(DescentMark.readFromFile(pid)).isEqualTo(DescentMark.read(pid));
      mark.set(pid);
      assertThat(DescentMark.readFromFile(pid)).isEqualTo(mark.value());
      process.signal(Pidfd.SIGKILL);
      await().until(process::isDead);
      assertThat(DescentMark.readFromFile(pid)).isEqualTo(mark.value());
      process.reap();
      assertThat(DescentMark.readFromFile(pid)).isZero();
    }
  }

  @Test
  void zombieKeepsItsMark() throws Exception {
    int pid = PidfdTest.start("sleep 0.1; exit 0");
    try (Pidfd process = Pidfd.open(pid)) {
      mark.set(pid);
      await().until(process::isDead);
      assertThat(mark.isOn(pid)).isTrue();
      process.reap();
      assertThat(mark.isOn(pid)).isFalse();
    }
  }

  @Test
  void namesGetMarksOfTheirOwn() {
    assertThat(DescentMark.of("a"))
        .isEqualTo(DescentMark.of("a"))
        .isNotEqualTo(DescentMark.of("b"));
  }

  private List<Integer> marked() throws SystemCallException {
    return ProcessTable.marked().getOrDefault(mark.value(), List.of());
  }
}
