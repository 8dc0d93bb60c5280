package io.procgrid.it.soak;

import com.google.common.collect.ImmutableList;
import io.procgrid.it.ClusterShape;
import io.procgrid.it.SlowLinks;
import io.procgrid.it.TestCluster;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;

/** Runs a cluster under load and faults and checks everything it says: builds all the parts. */
public final class Soak {
  private static final long NONCES = 900_000_000;

  /** Starting, settling and removing a cluster take a minute; more than this is a failure. */
  private static final Duration LONGEST_AFTERMATH = Duration.ofMinutes(10);

  private Soak() {}

  /**
   * Takes the options of {@link SoakPlan#parse}; its java.io.tmpdir is where everything lies. Exit
   * status 0: the cluster kept its word; 1: it did not; 2: the options are wrong.
   */
  public static void main(String[] arguments) throws Exception {
    SoakPlan plan;
    try {
      plan = SoakPlan.parse(List.of(arguments));
    } catch (IllegalArgumentException e) {
      System.err.println("soak: " + e.getMessage());
      System.exit(2);
      return;
    }
    endAtTheLatestAfter(plan.duration().plus(LONGEST_AFTERMATH));
    SoakReport report = run(plan, System.out);
    report.print(System.out);
    System.exit(report.isClean() ? 0 : 1);
  }

  /** Runs a soak; what it says meanwhile goes there. */
  static SoakReport run(SoakPlan plan, PrintStream out) throws IOException, InterruptedException {
    SoakLog log = new SoakLog(out);
    log.say("%s", plan);
    Findings findings = new Findings(log);
    Runtime.getRuntime().addShutdownHook(new Thread(findings::end, "end-of-findings"));
    Bystanders bystanders = new Bystanders(findings);
    SlowLinks links = new SlowLinks();
    ClusterShape shape = new ClusterShape(plan.workers(), 1, "auto", ImmutableList.of(), false);
    try (Neighbour neighbour = new Neighbour(bystanders);
        TestCluster cluster = TestCluster.start(shape, links);
        Decoys decoys = new Decoys(bystanders)) {
      Site site = site(plan, log, findings, bystanders, cluster);
      Load load = new Load(site, cluster, links);
      Course course = new Course(site, cluster, load, decoys);
      try {
        double seconds = course.run();
        neighbour.check(findings);
        return new SoakReport(site, seconds);
      } finally {
        keepLogs(site, cluster);
      }
    }
  }

  private static void endAtTheLatestAfter(Duration duration) {
    Thread.ofVirtual()
        .start(() -> {
          try {
            Thread.sleep(duration);
            System.err.println("soak: does not end after " + duration + ", which is a failure");
            System.exit(1);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private static Site site(
      SoakPlan plan, SoakLog log, Findings findings, Bystanders bystanders, TestCluster cluster)
      throws IOException {
    Tally tally = new Tally();
    Marker marker = new Marker(Long.toString(NONCES / 9 + Math.floorMod(plan.seed(), NONCES)));
    Logbook logbook = new Logbook();
    Path ledgerFolder = Files.createDirectory(cluster.scratch().resolve("ledger"));
    ExitLedger ledger = new ExitLedger(ledgerFolder);
    HostView view = new HostView(marker, cluster.dataDir(), bystanders.pids());
    Watchman watchman = new Watchman(view, logbook, ledger, bystanders, findings, tally);
    HeadCalls head = new HeadCalls(cluster.rest(), tally);
    return new Site(
        plan,
        log,
        findings,
        tally,
        marker,
        logbook,
        ledger,
        bystanders,
        watchman,
        head,
        new Semaphore(plan.processes() - AutoStartClient.MOST_ENTRIES));
  }

  /** The cluster's folder is removed; what the daemons said is needed when something was wrong. */
  private static void keepLogs(Site site, TestCluster cluster) throws IOException {
    if (!site.findings().isEmpty()) {
      Path file =
          Path.of(System.getProperty("java.io.tmpdir"), "soak-" + site.plan().seed() + ".log");
      Files.writeString(file, cluster.logs());
      site.log().say("what the daemons said: %s", file);
    }
  }
}
