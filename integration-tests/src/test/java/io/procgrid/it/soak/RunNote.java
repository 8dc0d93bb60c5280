package io.procgrid.it.soak;

/**
 * A run that the head acknowledged, or was found to have accepted.
 *
 * @param procName name of its proc
 * @param autoStart whether it is an entry that runs at each start of the cluster
 * @param askedNanos when it was asked for, of {@link System#nanoTime}
 * @param knownNanos when the head's answer was there
 */
record RunNote(
    long id, String tag, String procName, boolean autoStart, long askedNanos, long knownNanos) {
  ProcKind kind() {
    return ProcKind.ofProc(procName);
  }

  /** The same without its entry. */
  RunNote withoutAutoStart() {
    return new RunNote(id, tag, procName, false, askedNanos, knownNanos);
  }
}
