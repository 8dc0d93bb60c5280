package io.procgrid.head;

import io.procgrid.common.config.ConfigurationException;
import io.procgrid.common.failpoint.Failpoints;
import io.procgrid.common.rpc.ClusterSecret;
import io.procgrid.head.api.BulkWork;
import io.procgrid.head.api.EndpointRegistry;
import io.procgrid.head.api.http.RestServer;
import io.procgrid.head.api.http.RestSettings;
import io.procgrid.head.core.HeadCore;
import io.procgrid.head.core.HeadCoreSettings;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.Recovered;
import io.procgrid.head.engine.HeadEngine;
import io.procgrid.head.engine.HeadFailpoints;
import io.procgrid.head.store.HeadStore;
import io.procgrid.head.store.StoreException;
import io.procgrid.head.workers.LinkEnvironment;
import io.procgrid.head.workers.LinkTiming;
import io.procgrid.head.workers.RegistrationServer;
import io.procgrid.head.workers.RegistrationService;
import io.procgrid.head.workers.WorkerLinks;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * The head: builds everything, starts it and stops it, each in its order.
 *
 * <p>Exit codes: 0 after an ordered stop (SIGTERM), which makes the next start a cluster start; 1
 * when it cannot start here and now (directory held, port taken, store unusable) or must stop at
 * once (another head took over, a defect); 2 for settings that cannot be used. A line on standard
 * error says why.
 */
public final class HeadNode {
  private static final Logger log = LoggerFactory.getLogger(HeadNode.class);

  /** How long an ordered stop waits for calls under way; a long poll could take minutes. */
  private static final Duration DRAIN = Duration.ofSeconds(3);

  /** Long reads and large bodies that go on at once. */
  private static final int BULK_THREADS = 4;

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final HeadConfig config;
  private final DataDirectory directory;
  private final ClusterSecret secret;
  private final HeadStore store;
  private final Recovered recovered;
  private final Executor executor = Thread::startVirtualThread;
  private final BulkWork bulk = new BulkWork(BULK_THREADS);
  private final HeadEngine engine;
  private final WorkerLinks links;

  private HeadNode(
      HeadConfig config, DataDirectory directory, ClusterSecret secret, HeadStore store) {
    this.config = config;
    this.directory = directory;
    this.secret = secret;
    this.store = store;
    this.recovered = store.recovered();
    this.engine =
        new HeadEngine(
            new HeadCore(recovered, coreSettings(config)),
            store::persist,
            this::send,
            Failpoints.ofSystemProperty(HeadFailpoints::new),
            HeadNode::monotonicMillis,
            System::currentTimeMillis,
            failure -> Runtime.getRuntime().halt(StartException.EXIT_CODE));
    this.links =
        new WorkerLinks(
            new LinkEnvironment(
                recovered.clusterId(),
                secret,
                store,
                engine::accept,
                executor,
                Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("link-timer").daemon(true).factory()),
                LinkTiming.DEFAULT));
  }

  public static void main(String[] arguments) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    try {
      open(HeadConfig.parse(List.of(arguments))).serve();
    } catch (ConfigurationException e) {
      exit(String.valueOf(e.getMessage()), ConfigurationException.EXIT_CODE);
    } catch (StartException e) {
      exit(String.valueOf(e.getMessage()), StartException.EXIT_CODE);
    } catch (RuntimeException e) {
      log.error("a defect", e);
      exit("the head cannot start: " + e, StartException.EXIT_CODE);
    }
  }

  private static void exit(String message, int exitCode) {
    System.err.println(message);
    // Halt: half-started parts have threads of their own, and there is nothing to stop in order.
    Runtime.getRuntime().halt(exitCode);
  }

  private static HeadNode open(HeadConfig config) throws StartException {
    DataDirectory directory = DataDirectory.take(config.dataDir());
    ClusterSecret secret = directory.secret();
    try {
      return new HeadNode(config, directory, secret, HeadStore.open(directory.path(), bootId()));
    } catch (StoreException e) {
      throw new StartException(String.valueOf(e.getMessage()));
    }
  }

  /** The boot of this host, or empty where it is not told. */
  private static String bootId() throws StartException {
    if (!Files.exists(BOOT_ID)) {
      return "";
    }
    try {
      return Files.readString(BOOT_ID).strip();
    } catch (IOException e) {
      throw new StartException("%s: cannot be read (%s)".formatted(BOOT_ID, e));
    }
  }

  private static HeadCoreSettings coreSettings(HeadConfig config) {
    return new HeadCoreSettings(
        config.clusterStartWaitMillis(), System.currentTimeMillis() - monotonicMillis());
  }

  private static long monotonicMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  private void send(HeadEffect.ToWorker effect) {
    links.send(effect);
  }

  /**
   * Both ports are bound before the core takes its first step: a head that cannot bind them has
   * done nothing. Calls that come in meanwhile wait for it.
   */
  private void serve() throws StartException {
    if (config.isExposed()) {
      log.warn(
          "INSECURE: listening on {} and {} without authentication: whoever reaches them can run"
              + " programs here",
          config.listen(),
          config.grpcListen());
    }
    RegistrationServer registration = startRegistration();
    RestServer rest = startRest();
    store.start(engine::accept, reason -> engine.fail(new IllegalStateException(reason)));
    engine.start();
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform().name("ordered-stop").unstarted(() -> stop(rest, registration)));
    rest.serve(
        EndpointRegistry.of(
            engine,
            store,
            store,
            links,
            bulk,
            InstantSource.system(),
            recovered.clusterId(),
            version()));
    HeadFile file = publish(rest, registration);
    log.info(
        "serving {} (gRPC {}), cluster {}, epoch {}",
        file.url(),
        file.grpc(),
        file.clusterId(),
        recovered.epoch().counter());
  }

  private RegistrationServer startRegistration() throws StartException {
    RegistrationService service = new RegistrationService(recovered.clusterId(), engine);
    return new RegistrationPort(config, directory.path())
        .open(
            port -> RegistrationServer.start(config.grpcListen(), port, secret, service, executor));
  }

  private RestServer startRest() throws StartException {
    RestServer rest =
        new RestServer(
            new RestSettings(
                new InetSocketAddress(config.listen(), config.port()),
                config.maxRequestBytes(),
                config.allowedHosts()),
            bulk);
    try {
      rest.start();
      return rest;
    } catch (IOException e) {
      throw new StartException("port=%d: %s".formatted(config.port(), e.getMessage()));
    }
  }

  /** Version of this build; "development" when it runs from class files. */
  private static String version() {
    String version = HeadNode.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private HeadFile publish(RestServer rest, RegistrationServer registration) throws StartException {
    try {
      HeadFile file =
          new HeadFile(
              ProcessHandle.current().pid(),
              "http://" + HeadFile.reachable(config.listen(), rest.actualPort()),
              rest.actualPort(),
              HeadFile.reachable(config.grpcListen(), registration.port()),
              recovered.clusterId().value());
      file.write(directory.path());
      return file;
    } catch (IOException e) {
      throw new StartException(
          "%s: cannot be written (%s)".formatted(HeadFile.in(directory.path()), e));
    }
  }

  /**
   * Runs as the shutdown hook; ends the process, since the JVM would end it by the signal's code.
   */
  private void stop(RestServer rest, RegistrationServer registration) {
    log.info("stopping in order");
    int exitCode =
        new OrderedStop()
            .step("refuse new calls", rest::refuseNew)
            .step("end registration", registration::close)
            .step("wait for calls under way", () -> engine.drain(DRAIN))
            .step("stop the core", engine::close)
            .step("close the REST port", rest::close)
            .step("hang up on the workers", links::close)
            .step("note the stop", store::orderedStop)
            .step("close the store", store::close)
            .step("remove head.json", () -> Files.deleteIfExists(HeadFile.in(directory.path())))
            .step("release the data directory", directory::close)
            .exitCode();
    log.info("stopped");
    Runtime.getRuntime().halt(exitCode);
  }
}
