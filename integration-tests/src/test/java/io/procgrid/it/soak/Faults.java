package io.procgrid.it.soak;

import com.google.errorprone.annotations.FormatMethod;
import io.procgrid.it.Daemon;
import io.procgrid.it.DelayProxy.Direction;
import io.procgrid.it.SlowLinks;
import io.procgrid.it.TestCluster;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Kills, pauses, restarts and parts head and workers by chance. Nobody else touches them. */
final class Faults {
  private static final int GLANCE_MILLIS = 50;
  private static final int LONGEST_ABSENCE_MILLIS = 2_000;
  private static final int SHORTEST_PAUSE_MILLIS = 1_000;
  private static final int LONGEST_PAUSE_MILLIS = 6_000;

  private final Site site;
  private final TestCluster cluster;
  private final SlowLinks links;
  private final Random random;

  Faults(Site site, TestCluster cluster, SlowLinks links, Random random) {
    this.site = site;
    this.cluster = cluster;
    this.links = links;
    this.random = random;
  }

  /** Goes on as long as this says so; at the end every daemon runs and every link is whole. */
  void work(BooleanSupplier goesOn) throws InterruptedException {
    long mean = site.plan().faultEvery().toMillis();
    long next = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(mean / 2);
    while (goesOn.getAsBoolean()) {
      if (System.nanoTime() < next) {
        Thread.sleep(GLANCE_MILLIS);
        continue;
      }
      requireRunning();
      Fault.any(random).befall(this);
      next = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(mean / 2 + random.nextLong(mean));
    }
    cluster.startAll();
  }

  void killHead() throws InterruptedException {
    say("SIGKILL to the head");
    site.tally().count(Tally.Of.HEAD_KILLS);
    cluster.head().kill();
    beAway();
    cluster.startHead();
    say("the head serves again");
  }

  void killWorker() throws InterruptedException {
    int worker = anyWorker();
    killWorkers(worker);
    beAway();
    cluster.worker(worker).start();
  }

  void killTwoWorkers() throws InterruptedException {
    int worker = anyWorker();
    int other = worker % site.plan().workers() + 1;
    killWorkers(worker, other);
    beAway();
    cluster.worker(other).start();
    beAway();
    cluster.worker(worker).start();
  }

  void killHeadAndWorker() throws InterruptedException {
    int worker = anyWorker();
    killWorkers(worker);
    if (random.nextBoolean()) {
      cluster.worker(worker).start();
    }
    killHead();
    if (!cluster.worker(worker).isRunning()) {
      cluster.worker(worker).start();
    }
  }

  void pauseWorker() throws InterruptedException {
    pause(cluster.worker(anyWorker()));
  }

  void pauseHead() throws InterruptedException {
    pause(cluster.head());
  }

  /** It is killed as it is, without having seen what happened meanwhile. */
  void pauseWorkerThenKillIt() throws InterruptedException {
    Daemon worker = cluster.worker(anyWorker());
    pause(worker);
    say("SIGKILL to %s", worker.name());
    site.tally().count(Tally.Of.WORKER_KILLS);
    worker.kill();
    worker.start();
  }

  /** Connections end, and new ones do not come about. */
  void cutLink() throws InterruptedException {
    int worker = anyWorker();
    say("cut between head and worker-%d", worker);
    site.tally().count(Tally.Of.PARTITIONS);
    links.to(worker).cut();
    Thread.sleep(pauseMillis());
    links.to(worker).restore();
    say("worker-%d is in reach again", worker);
  }

  /** Nothing arrives, and nobody is told. */
  void silenceLink() throws InterruptedException {
    int worker = anyWorker();
    boolean oneWay = random.nextBoolean();
    say("silence between head and worker-%d%s", worker, oneWay ? ", one way" : "");
    site.tally().count(Tally.Of.PARTITIONS);
    links.to(worker).hold(Direction.FORTH);
    if (!oneWay) {
      links.to(worker).hold(Direction.BACK);
    }
    Thread.sleep(pauseMillis());
    links.to(worker).restore();
    say("worker-%d is heard again", worker);
  }

  /** An ordered stop: the start after it is a start of the cluster, and runs the entries. */
  void restartHead() throws InterruptedException {
    say("ordered restart of the head");
    site.tally().count(Tally.Of.HEAD_RESTARTS);
    cluster.head().terminate();
    site.watchman().awaitLook();
    site.logbook().clusterStarts();
    // A look that knows nothing of that start must be over before anything runs again.
    site.watchman().awaitLook();
    cluster.startHead();
    say("the head serves again");
  }

  void restartWorker() {
    Daemon worker = cluster.worker(anyWorker());
    say("ordered restart of %s", worker.name());
    site.tally().count(Tally.Of.WORKER_RESTARTS);
    worker.terminate();
    worker.start();
  }

  private void killWorkers(int... workers) {
    for (int worker : workers) {
      say("SIGKILL to worker-%d", worker);
      site.tally().count(Tally.Of.WORKER_KILLS);
      cluster.worker(worker).kill();
    }
  }

  private void pause(Daemon daemon) throws InterruptedException {
    long millis = pauseMillis();
    say("SIGSTOP to %s for %s", daemon.name(), Duration.ofMillis(millis));
    site.tally().count(Tally.Of.PAUSES);
    daemon.suspend();
    Thread.sleep(millis);
    daemon.resume();
    say("SIGCONT to %s", daemon.name());
  }

  private void requireRunning() {
    if (!cluster.head().isRunning()) {
      site.findings().add(Breach.FAILURE, "the head ended by itself:\n" + cluster.head().log());
      cluster.startHead();
    }
    for (int number = 1; number <= site.plan().workers(); number++) {
      Daemon worker = cluster.worker(number);
      if (!worker.isRunning()) {
        site.findings().add(Breach.FAILURE, worker.name() + " ended by itself:\n" + worker.log());
        worker.start();
      }
    }
  }

  private void beAway() throws InterruptedException {
    Thread.sleep(random.nextInt(LONGEST_ABSENCE_MILLIS));
  }

  private long pauseMillis() {
    return (long) SHORTEST_PAUSE_MILLIS
        + random.nextInt(LONGEST_PAUSE_MILLIS - SHORTEST_PAUSE_MILLIS);
  }

  private int anyWorker() {
    return 1 + random.nextInt(site.plan().workers());
  }

  @FormatMethod
  private void say(String format, Object... arguments) {
    site.log().say(format, arguments);
  }
}
