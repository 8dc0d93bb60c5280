package io.procgrid.head.engine;

/** The head stopped before the command was answered. Whether it took effect is not known. */
public final class HeadStoppedException extends RuntimeException {
  HeadStoppedException() {
    super(
        "the head stopped before it could answer; what became of the call is not known: ask again"
            + " when the head is back");
  }
}
