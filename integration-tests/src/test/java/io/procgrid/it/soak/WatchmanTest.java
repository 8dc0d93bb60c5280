package io.procgrid.it.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.KillAnswer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the soak takes for a survivor, and whom it takes for a victim. */
class WatchmanTest {
  private static final long RUN = 7;

  private final Findings findings =
      new Findings(new SoakLog(new PrintStream(OutputStream.nullOutputStream())));
  private final Marker marker =
      new Marker(Long.toString(ProcessHandle.current().pid() + 10_000_000_000L));
  private final Logbook logbook = new Logbook();
  private final Bystanders bystanders = new Bystanders(findings);
  private Watchman watchman;
  private Thread looking;
  private Process process;

  @BeforeEach
  void look(@TempDir Path folder) throws IOException {
    process =
        new ProcessBuilder("sleep", marker.inShell().replace("$PROCGRID_RUN_ID", "" + RUN)).start();
    watchman =
        new Watchman(
            new HostView(marker, folder, bystanders.pids()),
            logbook,
            new ExitLedger(folder),
            bystanders,
            findings,
            new Tally());
    looking = Thread.ofPlatform().start(watchman);
    logbook.add(new RunNote(RUN, "tag", "proc", false, 0, System.nanoTime()));
  }

  @AfterEach
  void end() throws InterruptedException {
    process.destroyForcibly().waitFor(1, TimeUnit.MINUTES);
    looking.interrupt();
    looking.join();
  }

  @Test
  void processOfARunThatWasListedIsASurvivor() throws InterruptedException {
    watchman.awaitLook();
    assertThat(findings.isEmpty()).isTrue();
    answered(new KillAnswer(Set.of("" + RUN), Map.of()));
    watchman.awaitLook();
    assertThat(findings.count(Breach.SURVIVOR)).isOne();
  }

  @Test
  void processOfARunThatWasSelectedAndIsNotPendingIsASurvivor() throws InterruptedException {
    answered(new KillAnswer(Set.of(), Map.of()));
    watchman.awaitLookNow();
    assertThat(findings.count(Breach.SURVIVOR)).isOne();
  }

  @Test
  void whatWasSeenBeforeIsExpectedDeadAtOnce() throws InterruptedException {
    watchman.awaitLook();
    watchman.expectDead(answered(new KillAnswer(Set.of("" + RUN), Map.of())));
    assertThat(findings.count(Breach.SURVIVOR)).isOne();
  }

  @Test
  void processOfAPendingRunIsNoSurvivor() throws InterruptedException {
    answered(new KillAnswer(Set.of(), Map.of("" + RUN, "its worker is away")));
    watchman.awaitLook();
    assertThat(findings.isEmpty()).isTrue();
    assertThat(watchman.latest()).containsOnlyKeys(RUN);
  }

  @Test
  void bystanderThatLooksLikeTheRunIsNoSurvivorAndIsMissedWhenItDies() throws InterruptedException {
    bystanders.add("a decoy", process.pid());
    answered(new KillAnswer(Set.of("" + RUN), Map.of()));
    watchman.awaitLook();
    assertThat(findings.isEmpty()).isTrue();
    process.destroyForcibly().waitFor(1, TimeUnit.MINUTES);
    watchman.awaitLook();
    assertThat(findings.told()).hasSize(1).allMatch(told -> told.contains("a decoy"));
    assertThat(List.of(Breach.values()))
        .filteredOn(breach -> findings.count(breach) > 0)
        .containsExactly(Breach.FOREIGN_HIT);
  }

  private Set<Long> answered(KillAnswer answer) {
    KillCall call = logbook.open(Selection.everything());
    logbook.close(call);
    return logbook.answered(call, answer);
  }
}
