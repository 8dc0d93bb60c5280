package io.procgrid.it.soak;

/** A kill that was sent, whatever became of it. */
final class KillCall {
  private final Selection selection;
  private final long sentNanos;
  private volatile long returnedNanos = Long.MAX_VALUE;

  /** A kill that is sent now. */
  KillCall(Selection selection) {
    this.selection = selection;
    sentNanos = System.nanoTime();
  }

  Selection selection() {
    return selection;
  }

  /** When it was sent, of {@link System#nanoTime}. */
  long sentNanos() {
    return sentNanos;
  }

  /** It was answered or failed, and selects nothing from now on. */
  void returned() {
    returnedNanos = System.nanoTime();
  }

  /** Whether the head may have selected the run for it. */
  boolean mayHit(RunNote note) {
    return note.askedNanos() <= returnedNanos && selection.matches(note);
  }

  /** Whether the head must have selected the run, unless that was over. */
  boolean mustHit(RunNote note) {
    return note.knownNanos() < sentNanos && selection.matches(note);
  }

  /** Whether it had returned before then. */
  boolean returnedBefore(long nanos) {
    return returnedNanos < nanos;
  }
}
