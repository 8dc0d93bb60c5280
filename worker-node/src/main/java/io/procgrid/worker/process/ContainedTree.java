package io.procgrid.worker.process;

import io.procgrid.common.run.ExitStatus;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The process tree of one segment. All methods may be called from any thread, and more than once.
 */
public interface ContainedTree {
  /**
   * What {@link #leaderExit()} tells of a leader that was still held at its gate when its worker
   * died: no user code ran.
   */
  ExitStatus NEVER_BEGAN =
      new ExitStatus.Lost("it never began: the worker ended before it let it go on");

  /** What the journal keeps of it. */
  ProcessRecord record();

  /** Opens the gate: the first process executes the user's command. */
  void release();

  /**
   * How the leader ended; completed as soon as it did, on any thread. Never completed
   * exceptionally.
   */
  CompletableFuture<ExitStatus> leaderExit();

  /**
   * Sends a signal to every live member of the tree, and SIGCONT, so that a stopped one can heed
   * it. What keeps the tree together for the worker, like the init of a namespace, is spared. Who
   * is born while the signal goes round may be missed.
   *
   * @param signal number as Linux counts; off Linux, SIGTERM stands in for one without a name
   * @return whether a member that was alive took it
   * @throws InterruptedException the caller gave up; some may have had it
   */
  boolean signal(int signal) throws InterruptedException;

  /**
   * Kills the whole tree, whatever it does, and returns when it is proven dead. Idempotent; callers
   * at once share one kill.
   *
   * @param blocked told why there is no proof, after 5 s and when the reason changes: host, pid,
   *     state, wait channel
   * @return what was seen
   * @throws InterruptedException the caller gave up; the tree may live
   */
  TreeDeath kill(Consumer<String> blocked) throws InterruptedException;

  /** Returns when nothing of the tree is alive any more, killing nothing. */
  void awaitEmpty() throws InterruptedException;

  /**
   * Gives the place back once the tree is dead; retried in the background when the system is not
   * ready for it.
   */
  void dispose();
}
