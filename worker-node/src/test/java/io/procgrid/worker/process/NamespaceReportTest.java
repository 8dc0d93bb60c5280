package io.procgrid.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.linux.Descriptor;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class NamespaceReportTest {
  @Test
  void codesThatNoSignalGivesAreExact() {
    assertThat(NamespaceReport.statusOf(0)).isEqualTo(new ExitStatus.Exited(0));
    assertThat(NamespaceReport.statusOf(128)).isEqualTo(new ExitStatus.Exited(128));
  }

  @Test
  void codesThatASignalMayGiveAreSaidToBeUnknown() {
    assertThat(NamespaceReport.statusOf(143))
        .isInstanceOfSatisfying(
            ExitStatus.Lost.class,
            lost -> assertThat(lost.reason()).contains("signal 15").contains("code 143"));
  }

  @Test
  void reportComesAfterTheLeaderWasReady() throws Exception {
    try (Descriptor.Pipe pipe = Descriptor.pipe();
        NamespaceReport report = new NamespaceReport(pipe.reader())) {
      assertThat(report.awaitReady(0)).isFalse();
      pipe.writer().write("ready\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(report.awaitReady(0)).isTrue();
      assertThat(report.leaderStatus()).isEmpty();
      pipe.writer().write("3\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(report.leaderStatus()).contains(new ExitStatus.Exited(3));
    }
  }

  @Test
  void endOfThePipeIsNoStatus() throws Exception {
    try (Descriptor.Pipe pipe = Descriptor.pipe();
        NamespaceReport report = new NamespaceReport(pipe.reader())) {
      pipe.writer().close();
      assertThat(report.awaitReady(0)).isFalse();
      assertThat(report.leaderStatus()).isEmpty();
    }
  }
}
