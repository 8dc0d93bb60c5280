package io.procgrid.common.run;

/** How the leader of a segment, its first process, ended. */
public sealed interface ExitStatus {
  /** It exited with this code, 0 … 255. */
  record Exited(int code) implements ExitStatus {}

  /** This signal ended it. */
  record Signalled(int signal) implements ExitStatus {}

  /** The status is not to be had. Never told as success. */
  record Lost(String reason) implements ExitStatus {}
}
