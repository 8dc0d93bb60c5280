package io.procgrid.head.engine;

import io.procgrid.common.loop.Core;
import io.procgrid.common.loop.EventLoop;
import io.procgrid.common.loop.LoopListener;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that steps the core, and what carries out its effects.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Every future that {@link #submit} returned is completed: by the core's answer, or
 *       exceptionally when the head stops first.
 *   <li>After a failure the core takes no further step, and the failure handler hears of the first
 *       one only.
 * </ul>
 *
 * <p>{@code store} and {@code links} are called on the engine's thread and must not block.
 */
public final class HeadEngine implements CommandGateway, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HeadEngine.class);

  private final EventLoop<HeadEvent, HeadEffect> loop;
  private final Consumer<HeadEffect.Persist> store;
  private final Consumer<HeadEffect.ToWorker> links;
  private final LongSupplier wallClock;
  private final Consumer<Throwable> onFailure;
  private final AtomicLong requests = new AtomicLong();
  private final ConcurrentHashMap<Long, CompletableFuture<Answer>> waiting =
      new ConcurrentHashMap<>();

  /** Answered by the core, and on their way to those who wait. */
  private final ConcurrentHashMap<Long, CompletableFuture<Answer>> delivering =
      new ConcurrentHashMap<>();

  private final AtomicBoolean failed = new AtomicBoolean();
  private volatile boolean closed;

  /**
   * @param listener sees what passes through the core
   * @param clock monotonic milliseconds
   * @param wallClock milliseconds since 1970
   * @param onFailure called once when the head must not go on; every waiting command has been
   *     failed by then
   */
  public HeadEngine(
      Core<HeadEvent, HeadEffect> core,
      Consumer<HeadEffect.Persist> store,
      Consumer<HeadEffect.ToWorker> links,
      LoopListener<HeadEvent, HeadEffect> listener,
      LongSupplier clock,
      LongSupplier wallClock,
      Consumer<Throwable> onFailure) {
    this.store = store;
    this.links = links;
    this.wallClock = wallClock;
    this.onFailure = onFailure;
    this.loop = new EventLoop<>("head-core", core, this::perform, listener, clock, this::fail);
  }

  /** Begins to step the core. */
  public void start() {
    loop.start();
  }

  @Override
  public CompletableFuture<Answer> submit(Command command) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    long request = requests.incrementAndGet();
    waiting.put(request, answer);
    // Looked at after the entry is there: whoever closes fails all entries after setting it.
    if (closed) {
      failWaiting();
      return answer;
    }
    loop.submit(new HeadEvent.Commanded(request, wallClock.getAsLong(), command));
    return answer;
  }

  /** Hands the core an event of the store or of a link; never blocks. */
  public void accept(HeadEvent event) {
    loop.submit(event);
  }

  /**
   * Stops the head because of something that its state cannot outlive, such as another head that
   * took over. The core takes no step after the one in hand.
   */
  public void fail(Throwable reason) {
    if (!failed.compareAndSet(false, true)) {
      return;
    }
    log.error("the head stops: {}", reason.getMessage(), reason);
    closed = true;
    loop.close();
    failWaiting();
    onFailure.accept(reason);
  }

  /**
   * Waits until everybody who gave a command has its answer.
   *
   * @return false when some had none in time
   */
  public boolean drain(Duration atMost) throws InterruptedException {
    // In this order: a future is in the second before it leaves the first.
    List<CompletableFuture<Answer>> open = new ArrayList<>(waiting.values());
    open.addAll(delivering.values());
    try {
      CompletableFuture.allOf(open.toArray(CompletableFuture[]::new))
          .get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException e) {
      // Failed is answered too.
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  /** Stops stepping the core; commands that still wait are failed. */
  @Override
  public void close() {
    closed = true;
    loop.close();
    failWaiting();
  }

  private void perform(HeadEffect effect) {
    switch (effect) {
      case HeadEffect.Persist persist -> store.accept(persist);
      case HeadEffect.Reply reply -> answer(reply);
      case HeadEffect.ToWorker toWorker -> links.accept(toWorker);
    }
  }

  private void answer(HeadEffect.Reply reply) {
    CompletableFuture<Answer> answer = waiting.get(reply.request());
    if (answer == null) {
      throw new IllegalStateException(
          "the core answered request %d, which does not wait for an answer"
              .formatted(reply.request()));
    }
    // Those who wait go on elsewhere: an encoder must not hold up the core.
    delivering.put(reply.request(), answer);
    waiting.remove(reply.request());
    var _ =
        answer
            .completeAsync(reply::answer, Thread::startVirtualThread)
            .whenComplete((delivered, failure) -> delivering.remove(reply.request()));
  }

  private void failWaiting() {
    for (Long request : waiting.keySet()) {
      CompletableFuture<Answer> answer = waiting.remove(request);
      if (answer != null) {
        answer.completeExceptionally(new HeadStoppedException());
      }
    }
  }
}
