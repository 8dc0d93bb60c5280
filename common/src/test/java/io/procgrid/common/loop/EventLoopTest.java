package io.procgrid.common.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventLoopTest {
  private static final long PATIENCE_SECONDS = 60;

  private final LinkedBlockingQueue<String> effects = new LinkedBlockingQueue<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final AtomicLong clock = new AtomicLong(100);
  private final EchoCore core = new EchoCore();
  private final EventLoop<Integer, String> loop =
      new EventLoop<>(
          "test-loop", core, effects::add, LoopListener.none(), clock::get, failure::complete);

  /** Answers each number with itself; asks for a tick at a time; fails at a negative number. */
  private static final class EchoCore implements Core<Integer, String> {
    private volatile long deadline = NO_DEADLINE;

    @Override
    public List<String> step(long nowMillis, Integer event) {
      if (event < 0) {
        throw new IllegalStateException("negative");
      }
      return List.of(event + "@" + nowMillis);
    }

    @Override
    public List<String> tick(long nowMillis) {
      deadline = NO_DEADLINE;
      return List.of("tick@" + nowMillis);
    }

    @Override
    public long nextDeadline() {
      return deadline;
    }
  }

  private String next() throws InterruptedException {
    return effects.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() {
    loop.close();
  }

  @Test
  void eventsAreTakenInTheirOrder() throws Exception {
    IntStream.range(0, 100).forEach(loop::submit);
    loop.start();
    for (int i = 0; i < 100; i++) {
      assertThat(next()).isEqualTo(i + "@100");
    }
  }

  @Test
  void deadlineThatHasPassedTicksWithoutAnyEvent() throws Exception {
    core.deadline = 50;
    loop.start();
    assertThat(next()).isEqualTo("tick@100");
  }

  @Test
  void deadlineToComeTicksWhenItIsThere() throws Exception {
    core.deadline = 105;
    loop.start();
    clock.set(105);
    assertThat(next()).isEqualTo("tick@105");
  }

  @Test
  void failureOfTheCoreIsToldAndEndsTheLoop() throws Exception {
    loop.start();
    loop.submit(-1);
    assertThat(failure.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).hasMessage("negative");
    loop.close();
    loop.submit(1);
    assertThat(effects).isEmpty();
  }

  @Test
  void closeReturnsWhenNothingMoreIsPerformed() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicLong performed = new AtomicLong();
    EventLoop<Integer, String> slow =
        new EventLoop<>(
            "slow-loop",
            new EchoCore(),
            effect -> {
              inside.countDown();
              awaitUninterruptibly(release);
              performed.incrementAndGet();
            },
            LoopListener.none(),
            clock::get,
            failure::complete);
    slow.start();
    slow.submit(1);
    assertThat(inside.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    Thread closer = Thread.ofPlatform().start(slow::close);
    release.countDown();
    closer.join();
    assertThat(performed).hasValue(1);
    slow.submit(2);
    assertThat(performed).hasValue(1);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
