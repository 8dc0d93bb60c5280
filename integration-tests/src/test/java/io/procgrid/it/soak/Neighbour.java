package io.procgrid.it.soak;

import com.google.common.collect.ImmutableList;
import io.procgrid.it.ClusterShape;
import io.procgrid.it.LivePids;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.TestCluster;
import java.util.Set;

/** Another cluster on the same host, which all this must leave alone. */
final class Neighbour implements AutoCloseable {
  private final TestCluster cluster;
  private final String marker = TestCluster.newMarker();
  private final String run;

  /** Starts it, with two processes of one run. */
  Neighbour(Bystanders bystanders) {
    cluster = TestCluster.start(new ClusterShape(1, 1, "auto", ImmutableList.of(), false));
    run =
        cluster
            .procs()
            .run(ProcDraft.shell("setsid sleep %1$s & exec sleep %1$s".formatted(marker)));
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    pids.forEach(pid -> bystanders.add("a run of another cluster", pid));
    bystanders.add("the head of another cluster", cluster.head().pid());
    bystanders.add("a worker of another cluster", cluster.worker(1).pid());
  }

  /** Reports what is not as it was; then its run is killed. */
  void check(Findings findings) {
    String status = cluster.procs().status(run).overall();
    if (!status.equals("running")) {
      findings.add(Breach.FOREIGN_HIT, "the run of another cluster is " + status);
    }
    if (!cluster.procs().kill(run).runIds().contains(run)
        || !LivePids.withArgument(marker).isEmpty()) {
      findings.add(Breach.SURVIVOR, "the run of another cluster does not die");
    }
  }

  @Override
  public void close() {
    cluster.close();
  }
}
