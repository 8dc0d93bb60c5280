package io.procgrid.worker;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.procgrid.common.config.ConfigurationException;
import io.procgrid.common.daemon.DaemonLock;
import io.procgrid.common.daemon.PidFile;
import io.procgrid.common.failpoint.Failpoints;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.rpc.ClusterSecret;
import io.procgrid.common.rpc.SecretClientInterceptor;
import io.procgrid.common.run.HostFacts;
import io.procgrid.worker.core.HostBoot;
import io.procgrid.worker.engine.LostWorkers;
import io.procgrid.worker.engine.WorkerEngine;
import io.procgrid.worker.engine.WorkerFailpoints;
import io.procgrid.worker.journal.BundleStore;
import io.procgrid.worker.journal.Journal;
import io.procgrid.worker.journal.JournalException;
import io.procgrid.worker.output.OutputBound;
import io.procgrid.worker.process.Containment;
import io.procgrid.worker.process.ContainmentException;
import io.procgrid.worker.process.ContainmentProbe;
import io.procgrid.worker.process.Leftovers;
import io.procgrid.worker.rpc.Announcement;
import io.procgrid.worker.rpc.HeadLocator;
import io.procgrid.worker.rpc.RegistrationClient;
import io.procgrid.worker.rpc.WorkerServer;
import io.procgrid.worker.rpc.WorkerService;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Builds the worker and owns the order of its start and its stop. Stopping it leaves its processes
 * as they are.
 */
public final class WorkerNode implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WorkerNode.class);
  private static final int START_FAILED = 1;
  private static final int ENGINE_FAILED = 70;

  private final DaemonLock lock;
  private final ExecutorService calls;
  private final WorkerEngine engine;
  private final WorkerServer server;
  private final RegistrationClient registration;

  private WorkerNode(
      DaemonLock lock,
      ExecutorService calls,
      WorkerEngine engine,
      WorkerServer server,
      RegistrationClient registration) {
    this.lock = lock;
    this.calls = calls;
    this.engine = engine;
    this.server = server;
    this.registration = registration;
  }

  /** Runs a worker until it is told to stop. */
  public static void main(String[] arguments) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    try {
      WorkerNode node = start(WorkerConfig.parse(List.of(arguments)));
      Runtime.getRuntime().addShutdownHook(new Thread(node::close, "shutdown"));
      // All threads are daemons: this one keeps the process alive.
      node.server.awaitClose();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ConfigurationException e) {
      fail(ConfigurationException.EXIT_CODE, e);
    } catch (IOException | JournalException e) {
      fail(START_FAILED, e);
    }
  }

  private static void fail(int code, Exception cause) {
    System.err.println("worker: " + cause.getMessage());
    System.exit(code);
  }

  /** Starts a worker; it serves when this returns. */
  static WorkerNode start(WorkerConfig config)
      throws ConfigurationException, IOException, JournalException {
    Path lockFile = config.dataDirectory().resolve(config.name() + ".lock");
    DaemonLock lock = DaemonLock.tryAcquire(lockFile);
    if (lock == null) {
      throw new IOException(
          "%s is held by another process: worker %s runs already; stop it, or choose another --name"
              .formatted(lockFile, config.name()));
    }
    boolean started = false;
    try {
      WorkerNode node = start(config, lock);
      started = true;
      return node;
    } finally {
      if (!started) {
        lock.close();
      }
    }
  }

  private static WorkerNode start(WorkerConfig config, DaemonLock lock)
      throws ConfigurationException, IOException, JournalException {
    PidFile.write(config.dataDirectory(), config.name());
    if (config.insecure()) {
      log.warn(
          "INSECURE: listening on {} without encryption; whoever reads the network can drive this worker",
          config.listen());
    }
    ClusterSecret secret = secret(config);
    HostFacts host = HostProbe.read();
    Path directory = privateDirectory(config.dataDirectory().resolve(config.name()));
    BundleStore bundles = new BundleStore(directory.resolve("bundles"));
    Journal.Opened found =
        Journal.open(
            directory,
            HostProbe.stamp(host),
            () -> new WorkerIdentity(UUID.randomUUID().toString()),
            bundles.hashes());
    WorkerInstance instance = new WorkerInstance(UUID.randomUUID().toString());
    Containment containment = containment(config, found.journal(), host);
    found.use(containment.ground());
    Journal.Opened opened =
        found.with(containment.sweep(found.recovered().unfinished(), found.recovered().sought()));
    tell(containment.leftovers());
    WorkerEngine engine =
        new WorkerEngine(
            opened,
            bundles,
            containment,
            new OutputBound(OutputBound.KEPT_BYTES),
            System.getenv(),
            instance,
            new HostBoot(host.bootId(), HostProbe.sinceBootMillis() - monotonicMillis()),
            Failpoints.ofSystemProperty(WorkerFailpoints::new),
            WorkerNode::monotonicMillis,
            System::currentTimeMillis,
            WorkerNode::engineFailed);
    ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    WorkerServer server =
        new WorkerServer(
            new InetSocketAddress(config.listen(), config.grpcPort()),
            new WorkerService(
                engine,
                bundles,
                new LostWorkers(containment.leftovers(), System::currentTimeMillis),
                calls),
            secret,
            calls);
    engine.start();
    server.start();
    Announcement announcement =
        new Announcement(
            opened.journal().identity(),
            instance,
            config.number(),
            HostAndPort.fromParts(config.advertise(), server.port()).toString(),
            config.slots(),
            host,
            containment.name());
    RegistrationClient registration =
        register(
            config, engine, announcement, secret, server.port(), opened.recovered().clusterId());
    registration.start();
    log.info(
        "worker {} serves on {} (pid {}, identity {}, containment {})",
        config.name(),
        announcement.address(),
        ProcessHandle.current().pid(),
        announcement.identity(),
        announcement.containment());
    return new WorkerNode(lock, calls, engine, server, registration);
  }

  private static void tell(Leftovers leftovers) {
    for (Leftovers.Leftover leftover : leftovers.find()) {
      log.warn(
          "worker {}, which is gone, left processes of segments {} on this host; the head may have them killed",
          leftover.identity(),
          leftover.segments());
    }
  }

  private static long monotonicMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  private static RegistrationClient register(
      WorkerConfig config,
      WorkerEngine engine,
      Announcement announcement,
      ClusterSecret secret,
      int port,
      @Nullable ClusterId cluster)
      throws IOException {
    String grpc =
        HostAndPort.fromParts(InetAddresses.toAddrString(config.listen()), port).toString();
    WorkerFile file =
        new WorkerFile(config.dataDirectory().resolve(config.name() + ".json"), announcement, grpc);
    file.write(cluster);
    return new RegistrationClient(
        engine,
        announcement,
        locator(config),
        address -> channel(address, secret),
        joined -> {
          try {
            file.write(joined);
          } catch (IOException e) {
            log.warn("the cluster cannot be noted for tools: {}", e.getMessage());
          }
        });
  }

  private static HeadLocator locator(WorkerConfig config) {
    return config
        .head()
        .map(HeadLocator::fixed)
        .orElseGet(() -> HeadLocator.file(config.headFile().orElseThrow()));
  }

  private static ManagedChannel channel(HostAndPort address, ClusterSecret secret) {
    return NettyChannelBuilder.forAddress(address.getHost(), address.getPort())
        .usePlaintext()
        .intercept(new SecretClientInterceptor(secret))
        .build();
  }

  private static ClusterSecret secret(WorkerConfig config) throws ConfigurationException {
    try {
      return ClusterSecret.readOrCreate(config.secretFile());
    } catch (IOException e) {
      throw ConfigurationException.of(
          config.secretFile(),
          "the cluster's secret cannot be used (%s); name it with --secret-file".formatted(e));
    }
  }

  /** For the owner only: parameters of runs lie there. */
  private static Path privateDirectory(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    return directory;
  }

  private static Containment containment(WorkerConfig config, Journal journal, HostFacts host)
      throws ConfigurationException {
    try {
      return new ContainmentProbe(journal.identity().value(), host.hostName(), journal.grounds())
          .open(config.containment());
    } catch (ContainmentException e) {
      throw new ConfigurationException(
          "containment=%s: %s".formatted(config.containment().text(), e.getMessage()));
    }
  }

  /** Halts: the processes live on, and the next start takes up what the journal holds. */
  private static void engineFailed(Throwable cause) {
    log.error("the engine's state can no longer be trusted; the worker halts", cause);
    Runtime.getRuntime().halt(ENGINE_FAILED);
  }

  @Override
  public void close() {
    log.info("stopping; processes are left as they are");
    registration.close();
    server.close();
    registration.leave();
    engine.close();
    calls.shutdownNow();
    try {
      lock.close();
    } catch (IOException e) {
      log.warn("the lock file cannot be closed", e);
    }
    log.info("stopped");
  }
}
