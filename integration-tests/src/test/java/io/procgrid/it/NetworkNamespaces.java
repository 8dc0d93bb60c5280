package io.procgrid.it;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The head on the host, each worker in a network namespace of its own, joined by a bridge: several
 * hosts on one machine, between which the network can fail. Nobody hears of it when it does: no
 * connection is reset.
 */
public final class NetworkNamespaces implements ClusterPlaces {
  private static final AtomicInteger COUNT = new AtomicInteger();

  /** Everything is dropped on its way in and out of the namespace, the loopback's included. */
  private static final String SILENCE =
      """
      nft -f - <<'END'
      table inet procgrid {
        chain in { type filter hook input priority 0; policy drop; }
        chain out { type filter hook output priority 0; policy drop; }
      }
      END
      """;

  private final String name;
  private final String network;

  /** A process per namespace that only keeps it: it ends with the JVM of the tests. */
  private final List<Process> keepers = new ArrayList<>();

  private NetworkNamespaces() {
    long pid = ProcessHandle.current().pid();
    int count = COUNT.incrementAndGet();
    name = "pg%dn%d".formatted(pid, count);
    network = "10.%d.%d".formatted(64 + pid % 128, (pid / 128 + count) % 256);
  }

  /** Makes the network for so many workers. */
  @SuppressWarnings("MustBeClosedChecker")
  static NetworkNamespaces of(int workers) {
    NetworkNamespaces network = new NetworkNamespaces();
    try {
      network.build(workers);
      return network;
    } catch (RuntimeException | Error e) {
      network.close();
      throw e;
    }
  }

  @Override
  public DaemonPlace head(Path folder) {
    return DaemonPlace.onHost(folder, "--grpc-listen", address(0), "--insecure");
  }

  @Override
  public DaemonPlace worker(int number, Path folder) {
    return new DaemonPlace(
        inside(number), folder, ImmutableList.of("--listen", address(number), "--insecure"));
  }

  /** Pulls the cable of a worker's host. */
  public void pullCable(int worker) {
    HostCommand.run("ip", "link", "set", cable(worker), "down");
  }

  /** Puts the cable back. */
  public void plugCable(int worker) {
    HostCommand.run("ip", "link", "set", cable(worker), "up");
  }

  /** Drops every packet from and to a worker's host. */
  public void silence(int worker) {
    runInside(worker, "sh", "-c", SILENCE);
  }

  /** Lets packets through again. */
  public void unsilence(int worker) {
    runInside(worker, "nft", "delete", "table", "inet", "procgrid");
  }

  @Override
  public void close() {
    keepers.forEach(Process::destroyForcibly);
    if (Files.exists(Path.of("/sys/class/net", name))) {
      HostCommand.run("ip", "link", "delete", name);
    }
    for (int worker = 1; worker <= keepers.size(); worker++) {
      // The kernel takes the cable away with the namespace, a little later.
      Path cable = Path.of("/sys/class/net", cable(worker));
      Waiting.until(() -> !Files.exists(cable));
    }
  }

  private void build(int workers) {
    HostCommand.run("ip", "link", "add", name, "type", "bridge");
    HostCommand.run("ip", "address", "add", address(0) + "/24", "dev", name);
    HostCommand.run("ip", "link", "set", name, "up");
    for (int worker = 1; worker <= workers; worker++) {
      keepers.add(keeper());
      String namespace = Long.toString(keepers.getLast().pid());
      HostCommand.run(
          List.of(
              ("ip link add %s type veth peer name eth0 netns %s"
                      .formatted(cable(worker), namespace))
                  .split(" ")));
      HostCommand.run("ip", "link", "set", cable(worker), "master", name, "up");
      runInside(worker, "ip", "address", "add", address(worker) + "/24", "dev", "eth0");
      runInside(worker, "ip", "link", "set", "eth0", "up");
      runInside(worker, "ip", "link", "set", "lo", "up");
    }
  }

  private static Process keeper() {
    try {
      Process keeper = new ProcessBuilder("unshare", "--net", "cat").start();
      Waiting.until(() -> LivePids.text(keeper.pid(), "comm").strip().equals("cat"));
      return keeper;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void runInside(int worker, String... command) {
    HostCommand.run(ImmutableList.<String>builder().addAll(inside(worker)).add(command).build());
  }

  private ImmutableList<String> inside(int worker) {
    return ImmutableList.of(
        "nsenter", "--net=/proc/%d/ns/net".formatted(keepers.get(worker - 1).pid()));
  }

  private String cable(int worker) {
    return name + "w" + worker;
  }

  private String address(int host) {
    return network + "." + (host + 1);
  }
}
