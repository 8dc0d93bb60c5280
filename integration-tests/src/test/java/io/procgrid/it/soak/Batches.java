package io.procgrid.it.soak;

import com.google.common.base.Throwables;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Phaser;

/** The batches that are being settled, and those that were kept. Threads may share it. */
final class Batches {
  private final Settlement settlement;
  private final Findings findings;
  private final ExecutorService threads;
  private final Queue<Batch> kept = new ConcurrentLinkedQueue<>();

  /** One party for this object, one for each batch that is not settled. */
  private final Phaser open = new Phaser(1);

  Batches(Settlement settlement, Findings findings, ExecutorService threads) {
    this.settlement = settlement;
    this.findings = findings;
    this.threads = threads;
  }

  /** Settles a batch, in the background. */
  void settle(Batch batch) {
    open.register();
    threads.execute(() -> {
      try {
        settlement.settle(batch);
        if (batch.kept()) {
          kept.add(batch);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (RuntimeException e) {
        findings.add(Breach.FAILURE, batch.tag() + ": " + Throwables.getStackTraceAsString(e));
      } finally {
        open.arriveAndDeregister();
      }
    });
  }

  /** Returns when every batch is settled, or reported as stuck. */
  void awaitSettled() {
    open.arriveAndAwaitAdvance();
  }

  /** Checks what the head was left to keep. */
  void checkKept() throws InterruptedException {
    for (Batch batch : kept) {
      settlement.checkKept(batch);
    }
  }
}
