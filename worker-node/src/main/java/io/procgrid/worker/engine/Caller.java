package io.procgrid.worker.engine;

import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.KillStep;
import io.procgrid.worker.core.Notice;

/** Who gave a command. Called on the engine's thread, which must not be kept waiting. */
public interface Caller {
  /** A step of the kill that was ordered. */
  default void progress(KillStep step) {}

  /** A notice of the Watch that was asked for. */
  default void notice(long number, Notice notice) {}

  /** The answer, after which nothing more comes. */
  void answer(Answer answer);
}
