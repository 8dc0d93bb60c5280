package io.procgrid.head.core;

import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import java.time.Instant;

/** The texts that status shows for the end of a segment. */
final class Messages {
  private static final String[] SIGNALS = {
    "", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE",
    "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM"
  };

  private Messages() {}

  static String of(Outcome outcome, KillFacts intent) {
    return switch (outcome.kind()) {
      case KILLED -> killed(outcome.kill() == null ? intent : outcome.kill());
      case NEVER_STARTED ->
          killed(outcome.kill() == null ? intent : outcome.kill()) + " before it started";
      case START_FAILED, ENDED -> of(outcome);
    };
  }

  /** For an end that no kill brought about. */
  static String of(Outcome outcome) {
    if (outcome.kind() == Outcome.Kind.START_FAILED) {
      return "could not be started: " + outcome.detail();
    }
    ExitStatus status = outcome.status();
    if (status == null) {
      return join("exit status lost", outcome.detail());
    }
    return switch (status) {
      case ExitStatus.Exited(int code) ->
          join(code == 0 ? "" : "exit status " + code, outcome.detail());
      case ExitStatus.Signalled(int signal) ->
          join("ended by signal " + nameOf(signal), outcome.detail());
      case ExitStatus.Lost(String reason) -> join("exit status lost: " + reason, outcome.detail());
    };
  }

  static String killed(KillFacts facts) {
    return "killed by " + caller(facts);
  }

  /** Who asked, from where and when. */
  static String caller(KillFacts facts) {
    return "%s from %s at %s"
        .formatted(
            facts.user().isEmpty() ? "an unnamed user" : facts.user(),
            facts.origin(),
            Instant.ofEpochMilli(facts.atMillis()));
  }

  private static String nameOf(int signal) {
    return signal < SIGNALS.length
        ? "%d (%s)".formatted(signal, SIGNALS[signal])
        : Integer.toString(signal);
  }

  private static String join(String what, String detail) {
    return what.isEmpty() || detail.isEmpty() ? what + detail : what + "; " + detail;
  }
}
