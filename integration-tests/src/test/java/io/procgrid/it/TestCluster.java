package io.procgrid.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.common.failpoint.Failpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;

/**
 * A head and its workers as child processes on this host, in one data directory below the temporary
 * folder. Closing it ends every process of it, daemons and procs, and removes the directory.
 */
public final class TestCluster implements AutoCloseable {
  private static final AtomicInteger MARKERS = new AtomicInteger();

  private final ClusterShape shape;
  private final ClusterPlaces places;
  private final Path dataDir;
  private final DaemonPlace headPlace;
  private final Daemon head;
  private final List<Daemon> workers = new ArrayList<>();
  private final RestClient rest;
  private final ProcClient procs;

  /** Ends the processes when the test's JVM is told to end in the middle of a test. */
  private final Thread removalAtExit = new Thread(this::remove, "cluster-removal");

  private TestCluster(ClusterShape shape, ClusterPlaces places) throws IOException {
    this.shape = shape;
    this.places = places;
    dataDir = Files.createTempDirectory("cluster-").toAbsolutePath();
    Files.createDirectories(dataDir.resolve("log"));
    Files.createDirectories(scratch());
    int port = freePort();
    headPlace = places.head(dataDir);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--data-dir", headPlace.dataDir().toString()));
    arguments.addAll(List.of("--port", Integer.toString(port), "--listen", "127.0.0.1"));
    arguments.addAll(shape.headOptions());
    head = newDaemon("head", headPlace, DaemonCommand::head, arguments);
    for (int number = 1; number <= shape.workers(); number++) {
      workers.add(newWorker(number));
    }
    rest = new RestClient(URI.create("http://127.0.0.1:" + port));
    procs = new ProcClient(rest);
    Runtime.getRuntime().addShutdownHook(removalAtExit);
  }

  /** Starts a cluster on the loopback; returns when every worker is registered and reachable. */
  public static TestCluster start(ClusterShape shape) {
    return start(shape, new Loopback());
  }

  /** Starts a cluster at places that it closes; returns when every worker is reachable. */
  @SuppressWarnings("MustBeClosedChecker")
  public static TestCluster start(ClusterShape shape, ClusterPlaces places) {
    TestCluster cluster;
    try {
      cluster = new TestCluster(shape, places);
    } catch (IOException | RuntimeException e) {
      places.close();
      throw new IllegalStateException("no test cluster", e);
    }
    try {
      cluster.startAll();
      return cluster;
    } catch (RuntimeException | Error e) {
      System.err.println(cluster.logs());
      cluster.close();
      throw e;
    }
  }

  /** Starts what is not running; returns when every worker is registered and reachable. */
  public void startAll() {
    if (!head.isRunning()) {
      startHead();
    }
    for (Daemon worker : workers) {
      if (!worker.isRunning()) {
        worker.start();
      }
    }
    awaitWorkersUp();
  }

  /** Starts the head; returns when it serves REST. */
  public void startHead() {
    head.start();
    Waiting.until(() -> {
      assertThat(head.isRunning()).as("the head lives\n%s", head.log()).isTrue();
      return servesRest();
    });
  }

  /** An ordered stop of all daemons, the head first; procs live on. */
  public void stopDaemons() {
    head.terminate();
    workers.stream().filter(Daemon::isRunning).forEach(Daemon::terminate);
  }

  /** Adds a worker and starts it; returns when it is reachable. */
  public Daemon addWorker() {
    Daemon worker;
    try {
      worker = newWorker(workers.size() + 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    workers.add(worker);
    worker.start();
    awaitWorkersUp();
    return worker;
  }

  /** Returns when every worker of this cluster is shown as up. */
  public void awaitWorkersUp() {
    Waiting.until(() -> {
      for (Daemon worker : workers) {
        assertThat(worker.isRunning()).as("%s lives\n%s", worker.name(), worker.log()).isTrue();
      }
      return workerStates().stream().filter("up"::equals).count() == workers.size();
    });
  }

  /** Returns when the head shows this state for a worker. */
  public void awaitWorkerState(int number, String state) {
    Waiting.until(() -> state.equals(shownWorker(number).path("state").asText()));
  }

  /** What /show/system/status says of a worker. */
  public JsonNode shownWorker(int number) {
    for (JsonNode worker : shownWorkers()) {
      if (worker.path("number").asInt() == number) {
        return worker;
      }
    }
    throw new AssertionError("no worker " + number + " in " + shownWorkers());
  }

  /** What /show/system/status says of the workers. */
  public JsonNode shownWorkers() {
    JsonNode status = rest.call("/show/system/status", Map.of("options", Map.of()));
    return RestReply.parse(status.path("status_map").path("workers").asText());
  }

  public Daemon head() {
    return head;
  }

  /** Has the daemon die when it next comes to the place. */
  public void arm(Daemon daemon, String failpoint) {
    try {
      Files.createFile(failpoints(daemon.name()).resolve(failpoint));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The worker with that number, from 1. */
  public Daemon worker(int number) {
    return workers.get(number - 1);
  }

  /** All of them, by number. */
  public List<Daemon> workers() {
    return List.copyOf(workers);
  }

  public RestClient rest() {
    return rest;
  }

  public ProcClient procs() {
    return procs;
  }

  public Path dataDir() {
    return dataDir;
  }

  /** Where its daemons run. */
  ClusterPlaces places() {
    return places;
  }

  /** A folder where procs may leave files for the test. */
  public Path scratch() {
    return dataDir.resolve("scratch");
  }

  /** Seconds for sleep(1) that no other process has as its argument. */
  public static String newMarker() {
    return "86400.%d%04d".formatted(ProcessHandle.current().pid(), MARKERS.incrementAndGet());
  }

  /** Waits until this many processes sleep with the marker; returns exactly them. */
  public static Set<Long> awaitLive(String marker, int count) {
    return Waiting.until(() -> LivePids.sleeping(marker), pids -> pids.size() == count);
  }

  /** Kills every run and checks that nothing is left pending. */
  public void killAllRuns() {
    assertThat(procs.kill("", "grace_period_ms", "0").pending()).isEmpty();
  }

  /** What the daemons have written. */
  public String logs() {
    StringBuilder text = new StringBuilder("cluster in " + dataDir + "\n");
    List<Daemon> daemons = new ArrayList<>(workers);
    daemons.addFirst(head);
    for (Daemon daemon : daemons) {
      text.append("--- ").append(daemon.name()).append('\n').append(daemon.log());
    }
    return text.toString();
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(removalAtExit);
    remove();
  }

  private void remove() {
    new ClusterRemoval(dataDir, head, workers, places).run();
  }

  private Daemon newWorker(int number) throws IOException {
    String name = "worker-" + number;
    DaemonPlace place = places.worker(number, dataDir);
    List<String> arguments =
        List.of(
            "--data-dir", place.dataDir().toString(),
            "--name", name,
            "--number", Integer.toString(number),
            "--slots", Integer.toString(shape.slots()),
            "--containment", shape.containment(),
            "--head-file", headPlace.dataDir().resolve("head.json").toString());
    return newDaemon(name, place, DaemonCommand::worker, arguments);
  }

  private Daemon newDaemon(
      String name,
      DaemonPlace place,
      BiFunction<Path, List<String>, List<String>> program,
      List<String> arguments)
      throws IOException {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(place.options());
    List<String> command = new ArrayList<>(program.apply(temporaryOf(name), all));
    if (shape.failpoints()) {
      Path folder = Files.createDirectories(failpoints(name));
      command.add(1, "-D" + Failpoints.PROPERTY + "=" + folder);
    }
    command.addAll(0, place.prefix());
    return new Daemon(name, command, logOf(name));
  }

  private Path failpoints(String daemon) {
    return dataDir.resolve("failpoints").resolve(daemon);
  }

  private List<String> workerStates() {
    List<String> states = new ArrayList<>();
    shownWorkers().forEach(worker -> states.add(worker.path("state").asText()));
    return states;
  }

  private boolean servesRest() {
    try {
      return rest.postOrThrow("/show/system/status", Map.of()).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private Path temporaryOf(String daemon) throws IOException {
    return Files.createDirectories(dataDir.resolve("tmp").resolve(daemon));
  }

  private Path logOf(String daemon) {
    return dataDir.resolve("log").resolve(daemon + ".log");
  }

  /** A port of the loopback that nobody listens on now. */
  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
