package io.procgrid.it.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.RestClient;
import io.procgrid.it.RestReply;
import io.procgrid.it.RunState;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the soak takes for a lie. */
class StatusTruthTest {
  private static final long RUN = 7;

  private final SoakLog log = new SoakLog(new PrintStream(OutputStream.nullOutputStream()));
  private final Findings findings = new Findings(log);
  private final Logbook logbook = new Logbook();
  private final RunNote note = new RunNote(RUN, "tag", "proc", false, 0, System.nanoTime());
  private ExitLedger ledger;
  private StatusTruth truth;

  @BeforeEach
  void truth(@TempDir Path folder) {
    ledger = new ExitLedger(folder);
    truth = new StatusTruth(logbook, ledger, findings, new Tally());
  }

  @Test
  void statusThatTheProcessSaidIsTrue() throws IOException {
    said(0);
    assertThat(lies("complete", "")).isEmpty();
  }

  @Test
  void exitStatusThatTheProcessSaidIsTrue() throws IOException {
    said(3);
    assertThat(lies("error", "exit status 3; 1 process that it left behind was killed")).isEmpty();
  }

  @Test
  void anotherExitStatusIsALie() throws IOException {
    said(3);
    assertThat(lies("error", "exit status 4")).hasSize(1);
  }

  @Test
  void successOfAProcessThatFailedIsALie() throws IOException {
    said(3);
    assertThat(lies("complete", "")).hasSize(1);
  }

  @Test
  void endByItselfOfAProcessThatSaidNothingIsALie() {
    assertThat(lies("complete", "")).hasSize(1);
  }

  @Test
  void killedWithoutAKillIsALie() {
    assertThat(lies("killed", "killed by")).hasSize(1);
  }

  @Test
  void killedByAKillOfItsTagIsTrue() {
    kill(Selection.ofTag("tag"));
    assertThat(lies("killed", "killed by")).isEmpty();
  }

  @Test
  void killedByAKillOfAnotherTagIsALie() {
    kill(Selection.ofTag("other"));
    assertThat(lies("killed", "killed by")).hasSize(1);
  }

  @Test
  void killedThoughItHadSaidItsStatusIsTrueOnlyWhenTheKillCameBeforeItWasGone() throws IOException {
    said(0);
    kill(Selection.everything());
    ledger.seenAlive(Set.of());
    assertThat(lies("killed", "killed by")).isEmpty();
  }

  @Test
  void killedByAKillThatCameWhenItWasGoneIsALie() throws IOException {
    said(0);
    ledger.seenAlive(Set.of());
    kill(Selection.everything());
    assertThat(lies("killed", "killed by")).hasSize(1);
  }

  @Test
  void runThatSpokeTwiceRanTwice() throws IOException {
    said(0);
    Files.writeString(ledger.folder().resolve(RUN + ".0.101"), "0");
    ledger.read();
    assertThat(lies("complete", "")).hasSize(1);
  }

  private void said(int code) throws IOException {
    Files.writeString(ledger.folder().resolve(RUN + ".0.100"), Integer.toString(code));
    ledger.read();
  }

  private void kill(Selection selection) {
    logbook.close(logbook.open(selection));
  }

  private List<String> lies(String status, String message) {
    String run = Long.toString(RUN);
    String answer =
        RestClient.toJson(
            Map.of(
                "overall_statuses", Map.of(run, status),
                "statuses", Map.of(run, Map.of("0", status)),
                "messages", Map.of(run, Map.of("0", message))));
    truth.check(note, new RunState(run, RestReply.parse(answer)));
    return findings.told();
  }
}
