package io.procgrid.worker.process;

import java.util.List;

/**
 * What finds a namespace again besides the pid of its init; text of {@link ProcessRecord#place()}.
 *
 * @param nonce names the descent mark
 * @param outerPid the process outside that waits for the init
 * @param outerStart its start time, clock ticks since boot
 * @param leaderPid the user's program, pid on the host
 * @param leaderStart its start time, clock ticks since boot
 */
record NamespacePlace(
    String nonce, int outerPid, long outerStart, int leaderPid, long leaderStart) {

  /** Reads {@link #text()}. */
  static NamespacePlace parse(String text) {
    List<String> fields = List.of(text.split(" "));
    return new NamespacePlace(
        fields.get(0),
        Integer.parseInt(fields.get(1)),
        Long.parseLong(fields.get(2)),
        Integer.parseInt(fields.get(3)),
        Long.parseLong(fields.get(4)));
  }

  /** One line, fields separated by blanks. */
  String text() {
    return "%s %d %d %d %d".formatted(nonce, outerPid, outerStart, leaderPid, leaderStart);
  }
}
