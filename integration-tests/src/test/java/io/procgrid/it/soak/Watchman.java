package io.procgrid.it.soak;

import com.google.common.base.Throwables;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Looks over the host again and again, and reports every process of a run that was said to be over
 * before the look began. One look serves all who wait for one.
 */
final class Watchman implements Runnable {
  private static final long PAUSE_NANOS = 150_000_000;

  private final HostView view;
  private final Logbook logbook;
  private final ExitLedger ledger;
  private final Bystanders bystanders;
  private final Findings findings;
  private final Tally tally;
  private final Set<Living> reported = new HashSet<>();

  private final Lock lock = new ReentrantLock();
  private final Condition wanted = lock.newCondition();
  private final Condition done = lock.newCondition();
  private long begun;
  private long ended;
  private boolean urgent;
  private boolean stopped;
  private volatile Map<Long, List<Living>> latest = Map.of();

  Watchman(
      HostView view,
      Logbook logbook,
      ExitLedger ledger,
      Bystanders bystanders,
      Findings findings,
      Tally tally) {
    this.view = view;
    this.logbook = logbook;
    this.ledger = ledger;
    this.bystanders = bystanders;
    this.findings = findings;
    this.tally = tally;
  }

  /** Looks until interrupted. */
  @Override
  public void run() {
    try {
      while (true) {
        begin();
        look();
        end();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      findings.add(Breach.FAILURE, "nobody looks: " + Throwables.getStackTraceAsString(e));
    } finally {
      stop();
    }
  }

  /**
   * Returns when a look that began after this call has ended.
   *
   * @throws IllegalStateException nobody looks any more
   */
  void awaitLook() throws InterruptedException {
    await(false);
  }

  /** The same, without waiting for the pause between two looks. */
  void awaitLookNow() throws InterruptedException {
    await(true);
  }

  /** Whatever was seen of these runs at the latest look must be dead by now. */
  void expectDead(Set<Long> runs) {
    Map<Long, List<Living>> seen = latest;
    for (long run : runs) {
      for (Living process : seen.getOrDefault(run, List.of())) {
        if (process.isAlive() && logbook.over().get((int) run)) {
          report(process);
        }
      }
    }
  }

  /** What was alive at the latest look. */
  Map<Long, List<Living>> latest() {
    return latest;
  }

  private void begin() throws InterruptedException {
    lock.lock();
    try {
      long left = PAUSE_NANOS;
      while (!urgent && left > 0) {
        left = wanted.awaitNanos(left);
      }
      urgent = false;
      begun++;
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      ended = begun;
      done.signalAll();
    } finally {
      lock.unlock();
    }
    tally.count(Tally.Of.LOOKS);
  }

  private void stop() {
    lock.lock();
    try {
      stopped = true;
      done.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void await(boolean now) throws InterruptedException {
    lock.lock();
    try {
      long next = begun + 1;
      if (now) {
        urgent = true;
        wanted.signal();
      }
      while (ended < next) {
        if (stopped) {
          throw new IllegalStateException("nobody looks any more");
        }
        done.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void look() {
    BitSet over = logbook.over();
    ledger.read();
    List<Living> living = view.look();
    latest = living.stream().collect(Collectors.groupingBy(Living::run));
    ledger.seenAlive(latest.keySet());
    for (Living process : living) {
      if (over.get((int) process.run())) {
        report(process);
      }
    }
    bystanders.check();
  }

  private synchronized void report(Living process) {
    if (reported.add(process)) {
      findings.add(Breach.SURVIVOR, process.describe() + "; noted: " + logbook.find(process.run()));
    }
  }
}
