package io.procgrid.it.soak;

import io.procgrid.it.LivePids;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** The order of a soak: procs and decoys, load with faults, calm, the last look. */
final class Course {
  private static final long PROGRESS_MILLIS = 10_000;

  private final Site site;
  private final TestCluster cluster;
  private final Load load;
  private final Decoys decoys;

  Course(Site site, TestCluster cluster, Load load, Decoys decoys) {
    this.site = site;
    this.cluster = cluster;
    this.load = load;
    this.decoys = decoys;
  }

  /** Runs all of it; returns how long there was load, s. */
  double run() throws IOException, InterruptedException {
    Thread looking = Thread.ofPlatform().name("watchman").start(site.watchman());
    Thread telling = Thread.ofVirtual().start(this::tellProgress);
    try (load) {
      createProcs();
      placeDecoys();
      double began = site.log().seconds();
      long end = System.nanoTime() + site.plan().duration().toNanos();
      load.work(() -> System.nanoTime() < end);
      double seconds = site.log().seconds() - began;
      site.log().say("no more load and no more faults");
      load.settle();
      lookForTheLastTime();
      return seconds;
    } finally {
      telling.interrupt();
      looking.interrupt();
      looking.join();
    }
  }

  private void createProcs() {
    for (ProcKind kind : ProcKind.all(site.plan().grace())) {
      ProcDraft draft = kind.draft(site.marker(), site.ledger().folder());
      cluster.rest().call("/create/proc", draft.request(kind.procName()));
    }
  }

  private void placeDecoys() throws IOException {
    String run = cluster.procs().execute(ProcKind.SLEEPER.procName());
    Living original =
        Waiting.until(() -> firstOf(Long.parseLong(run)), Course::isSleeping).getFirst();
    decoys.imitate(original);
    cluster.procs().kill(run);
  }

  private List<Living> firstOf(long run) {
    return site.watchman().latest().getOrDefault(run, List.of());
  }

  private static boolean isSleeping(List<Living> processes) {
    return processes.size() == 1
        && LivePids.text(processes.getFirst().pid(), "comm").equals("sleep\n");
  }

  private void tellProgress() {
    try {
      while (true) {
        Thread.sleep(PROGRESS_MILLIS);
        site.log()
            .say(
                "%d executed, %d killed, %d ended by themselves, %d processes alive",
                site.tally().get(Tally.Of.EXECUTES),
                site.tally().get(Tally.Of.KILLED),
                site.tally().get(Tally.Of.ENDED_BY_ITSELF),
                site.watchman().latest().values().stream().mapToInt(List::size).sum());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void lookForTheLastTime() throws InterruptedException {
    site.watchman().awaitLook();
    for (List<Living> processes : site.watchman().latest().values()) {
      processes.forEach(
          process -> site.findings().add(Breach.SURVIVOR, "at the end: " + process.describe()));
    }
    Set<Long> strangers = LivePids.touching(cluster.dataDir());
    strangers.remove(cluster.head().pid());
    for (int worker = 1; worker <= site.plan().workers(); worker++) {
      strangers.remove(cluster.worker(worker).pid());
    }
    for (long pid : strangers) {
      String arguments = LivePids.text(pid, "cmdline").replace('\0', ' ');
      site.findings().add(Breach.SURVIVOR, "at the end: pid %d %s".formatted(pid, arguments));
    }
  }
}
