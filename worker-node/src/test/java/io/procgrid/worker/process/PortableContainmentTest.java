package io.procgrid.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.linux.Pidfd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortableContainmentTest extends ContainmentContract {
  private static final int SIGSTOP = 19;

  @Override
  ContainmentMode mode() {
    return ContainmentMode.PORTABLE;
  }

  @Override
  ProcessRecord ofAnotherStart(ProcessRecord record, long pid) {
    return new ProcessRecord(
        record.containment(), pid, 0, "", "1970-01-01T00:00:00Z", record.startedAtMillis());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 15})
  void signalWakesTheStoppedToDieOfIt(int signal) throws Exception {
    String word = HostProcesses.uniqueWord();
    ContainedTree tree = start("sleep " + word + " & exec sleep " + word);
    awaitSleeping(word, 2);
    for (int pid : HostProcesses.sleeping(word)) {
      try (Pidfd process = Pidfd.open(pid)) {
        process.signal(SIGSTOP);
      }
    }

    assertThat(tree.signal(signal)).isTrue();

    assertThat(exitOf(tree)).isEqualTo(new ExitStatus.Exited(128 + signal));
    await().until(() -> HostProcesses.sleeping(word).isEmpty());
  }

  @Test
  void signalWithoutANameIsSigterm() throws Exception {
    String word = HostProcesses.uniqueWord();
    ContainedTree tree = start("exec sleep " + word);
    awaitSleeping(word, 1);
    assertThat(tree.signal(64)).isTrue();
    assertThat(exitOf(tree)).isEqualTo(new ExitStatus.Exited(128 + 15));
  }

  @Test
  void signalReachesNobodyInATreeThatIsOver() throws Exception {
    ContainedTree tree = start("exit 0");
    exitOf(tree);
    tree.awaitEmpty();

    assertThat(tree.signal(15)).isFalse();
  }
}
