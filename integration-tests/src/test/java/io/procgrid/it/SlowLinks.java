package io.procgrid.it;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The head reaches each worker through a {@link DelayProxy} on the loopback. */
public final class SlowLinks implements ClusterPlaces {
  private static final String WORKERS = "127.0.0.1";
  private static final String PROXIES = "127.0.0.2";

  private final List<DelayProxy> links = new ArrayList<>();

  @Override
  public DaemonPlace head(Path folder) {
    return DaemonPlace.onHost(folder);
  }

  @Override
  public DaemonPlace worker(int number, Path folder) {
    int port = TestCluster.freePort();
    links.add(
        new DelayProxy(new InetSocketAddress(PROXIES, port), new InetSocketAddress(WORKERS, port)));
    return DaemonPlace.onHost(
        folder, "--grpc-port", Integer.toString(port), "--advertise", PROXIES);
  }

  /** The link from the head to a worker. */
  public DelayProxy to(int worker) {
    return links.get(worker - 1);
  }

  @Override
  public void close() {
    links.forEach(DelayProxy::close);
  }
}
