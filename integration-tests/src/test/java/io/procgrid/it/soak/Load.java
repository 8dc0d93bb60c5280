package io.procgrid.it.soak;

import com.google.common.base.Throwables;
import io.procgrid.it.SlowLinks;
import io.procgrid.it.TestCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/** Everybody who works on the cluster: the clients, and who breaks it. */
final class Load implements AutoCloseable {
  /** What one thread does until the load ends. */
  private interface Work {
    void go(BooleanSupplier goesOn) throws InterruptedException, ExecutionException;
  }

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Site site;
  private final Killer killer;
  private final Batches batches;
  private final AutoStartClient autoStart;
  private final List<Work> workers = new ArrayList<>();

  /** Nobody works yet. */
  Load(Site site, TestCluster cluster, SlowLinks links) {
    this.site = site;
    Random random = new Random(site.plan().seed());
    killer = new Killer(site.head(), site.logbook(), site.watchman(), site.tally());
    Executor executor = new Executor(site.head(), site.logbook(), site.tally());
    batches = new Batches(new Settlement(site), site.findings(), threads);
    workers.add(new Faults(site, cluster, links, new Random(random.nextLong()))::work);
    autoStart = new AutoStartClient(site, new Random(random.nextLong()), executor, killer);
    workers.add(autoStart::work);
    for (int number = 1; number <= site.plan().clients(); number++) {
      Random own = new Random(random.nextLong());
      String name = "client-" + number;
      workers.add(new SoakClient(name, own, site, executor, killer, batches, threads)::work);
    }
  }

  /** All work as long as this says so; returns when they have ended, and every daemon runs. */
  void work(BooleanSupplier goesOn) throws InterruptedException {
    List<Future<?>> working = new ArrayList<>();
    for (Work worker : workers) {
      working.add(
          threads.submit(() -> {
            worker.go(goesOn);
            return null;
          }));
    }
    for (Future<?> one : working) {
      try {
        one.get();
      } catch (ExecutionException e) {
        site.findings().add(Breach.FAILURE, Throwables.getStackTraceAsString(e));
      }
    }
  }

  /** With the cluster whole again: kills what is left, and checks that all is as it must be. */
  void settle() throws InterruptedException {
    killer.kill(Selection.everything(), Map.of());
    batches.awaitSettled();
    autoStart.finish();
    if (!killer.kill(Selection.everything(), Map.of()).pending().isEmpty()) {
      site.findings().add(Breach.STUCK, "a kill of everything leaves something pending at the end");
    }
    batches.checkKept();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
