package io.procgrid.common.loop;

import com.google.common.util.concurrent.Uninterruptibles;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The single writer. Events from any thread are queued; one thread gives them to the core, one
 * after the other, and the effects to the performer, which must not block.
 *
 * <p>INVARIANT: the core is touched by this thread only. An exception from core or performer means
 * that its state can no longer be trusted: the loop stops and tells the failure handler.
 */
public final class EventLoop<I, O> implements AutoCloseable {
  private final Core<I, O> core;
  private final Consumer<O> performer;
  private final LoopListener<I, O> listener;
  private final LongSupplier clock;
  private final Consumer<Throwable> onFailure;
  private final LinkedBlockingQueue<I> queue = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile boolean closed;

  /**
   * @param clock monotonic milliseconds
   * @param onFailure called once, on the loop's thread, when the loop has stopped by an exception
   */
  public EventLoop(
      String name,
      Core<I, O> core,
      Consumer<O> performer,
      LoopListener<I, O> listener,
      LongSupplier clock,
      Consumer<Throwable> onFailure) {
    this.core = core;
    this.performer = performer;
    this.listener = listener;
    this.clock = clock;
    this.onFailure = onFailure;
    this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::run);
  }

  /** Starts the thread; events submitted before wait in the queue. */
  public void start() {
    thread.start();
  }

  /** Queues an event; never blocks. Ignored once closed. */
  public void submit(I event) {
    queue.add(event);
  }

  private void run() {
    List<I> batch = new ArrayList<>();
    try {
      while (!closed) {
        I first = awaitEvent();
        if (first != null) {
          batch.add(first);
          queue.drainTo(batch);
          for (I event : batch) {
            listener.beforeStep(event);
            perform(core.step(clock.getAsLong(), event));
          }
          batch.clear();
        }
        long now = clock.getAsLong();
        if (core.nextDeadline() <= now) {
          perform(core.tick(now));
        }
      }
    } catch (InterruptedException e) {
      // close() interrupts: the end of the loop.
    } catch (Throwable e) {
      closed = true;
      onFailure.accept(e);
    }
  }

  private @Nullable I awaitEvent() throws InterruptedException {
    long deadline = core.nextDeadline();
    if (deadline == Core.NO_DEADLINE) {
      return queue.take();
    }
    return queue.poll(Math.max(0, deadline - clock.getAsLong()), TimeUnit.MILLISECONDS);
  }

  private void perform(List<O> effects) {
    for (O effect : effects) {
      listener.beforeEffect(effect);
      performer.accept(effect);
    }
  }

  /** Stops after the event in hand; queued ones are dropped. Returns when the thread has ended. */
  @Override
  public void close() {
    closed = true;
    if (Thread.currentThread() == thread) {
      return;
    }
    thread.interrupt();
    Uninterruptibles.joinUninterruptibly(thread);
  }
}
