package io.procgrid.worker.process;

import com.google.common.collect.ImmutableSet;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.worker.process.linux.LinuxHost;
import io.procgrid.worker.process.linux.ProcessStat;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses how process trees are held together on this host. Each mechanism is judged by a real
 * process that it launches, kills and proves dead.
 */
public final class ContainmentProbe {
  private static final Logger log = LoggerFactory.getLogger(ContainmentProbe.class);

  /**
   * Well before the default answer time-out of a kill, so that its answer can name what resists.
   */
  private static final Duration BLOCKED_AFTER = Duration.ofSeconds(5);

  private static final List<ContainmentMode> STRONGEST_FIRST =
      List.of(
          ContainmentMode.CGROUP,
          ContainmentMode.NAMESPACE,
          ContainmentMode.SESSION,
          ContainmentMode.PORTABLE);

  private final String identity;
  private final String hostName;
  private final ImmutableSet<Ground> grounds;
  private final Duration blockedAfter;
  private final InstantSource clock;

  /**
   * A probe for one worker.
   *
   * @param identity of the worker's journal: letters, digits and dashes, part of the names of its
   *     leaves
   * @param hostName a label, for messages
   * @param grounds where this worker may have put processes before, since the boot
   */
  public ContainmentProbe(String identity, String hostName, Set<Ground> grounds) {
    this(identity, hostName, grounds, BLOCKED_AFTER, InstantSource.system());
  }

  ContainmentProbe(
      String identity,
      String hostName,
      Set<Ground> grounds,
      Duration blockedAfter,
      InstantSource clock) {
    if (!identity.matches("[A-Za-z0-9-]+")) {
      throw new IllegalArgumentException("identity \"" + identity + "\"");
    }
    this.identity = identity;
    this.hostName = hostName;
    this.grounds = ImmutableSet.copyOf(grounds);
    this.blockedAfter = blockedAfter;
    this.clock = clock;
  }

  /**
   * Opens the mechanism asked for, or the strongest that works.
   *
   * @throws ContainmentException it cannot be used here
   */
  public Containment open(ContainmentMode mode) throws ContainmentException {
    List<ContainmentMode> candidates =
        mode == ContainmentMode.AUTO ? STRONGEST_FIRST : List.of(mode);
    List<String> refusals = new ArrayList<>();
    for (ContainmentMode candidate : candidates) {
      try {
        Containment containment = tried(candidate);
        announce(containment, refusals);
        return containment;
      } catch (ContainmentException e) {
        refusals.add(candidate.text() + ": " + e.getMessage());
      }
    }
    throw new ContainmentException(
        "containment " + String.join("; ", refusals) + "; --containment auto takes what works");
  }

  private static void announce(Containment containment, List<String> refusals) {
    log.info("containment {}", containment.name());
    refusals.forEach(refusal -> log.info("not used: {}", refusal));
    if (containment.bestEffort()) {
      log.warn(
          "containment {} is best effort: a process that sets out to hide may outlive a kill;"
              + " run the worker as root or allow user namespaces for more",
          containment.name());
    }
  }

  private Containment tried(ContainmentMode mode) throws ContainmentException {
    Containment containment =
        switch (mode) {
          case CGROUP -> openCgroup();
          case NAMESPACE -> openNamespace();
          case SESSION -> new SessionContainment(supervise(), clock);
          case PORTABLE -> openPortable();
          case AUTO -> throw new IllegalArgumentException("auto is no mechanism");
        };
    try {
      tryOut(containment);
      return containment;
    } catch (ContainmentException e) {
      containment.close();
      throw e;
    }
  }

  private Containment openCgroup() throws ContainmentException {
    Supervision supervision = supervise();
    try {
      CgroupMount mount =
          CgroupMount.find()
              .orElseThrow(() -> new IOException("cgroup2 is not mounted (/proc/self/mountinfo)"));
      return new CgroupContainment(supervision, mount, LeafFolder.open(mount, identity), clock);
    } catch (IOException e) {
      supervision.close();
      throw new ContainmentException(
          e.getMessage()
              + "; start the worker as root or in a cgroup delegated to its user (systemd:"
              + " Delegate=yes)",
          e);
    }
  }

  private Containment openNamespace() throws ContainmentException {
    Supervision supervision = supervise();
    try {
      if (supervision.launcher().keepers().command().isEmpty()) {
        throw new IOException("setsid of util-linux does not work here; install util-linux");
      }
      return new NamespaceContainment(supervision, NamespaceTool.probe(), clock);
    } catch (IOException e) {
      supervision.close();
      throw new ContainmentException(String.valueOf(e.getMessage()), e);
    }
  }

  private Containment openPortable() throws ContainmentException {
    Predicate<ProcessHandle> alive =
        LinuxHost.unsupported().isEmpty()
            ? handle -> handle.isAlive() && !ProcessStat.isDead(handle.pid())
            : ProcessHandle::isAlive;
    try {
      return new PortableContainment(GateShell.probe(), hostName, blockedAfter, alive, clock);
    } catch (IOException e) {
      throw new ContainmentException(String.valueOf(e.getMessage()), e);
    }
  }

  private Supervision supervise() throws ContainmentException {
    Optional<String> unsupported = LinuxHost.unsupported();
    if (unsupported.isPresent()) {
      throw new ContainmentException(unsupported.get());
    }
    try {
      return new Supervision(identity, hostName, blockedAfter, grounds);
    } catch (IOException e) {
      throw new ContainmentException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void tryOut(Containment containment) throws ContainmentException {
    Path nowhere = Path.of("/dev/null");
    LaunchPlan plan =
        new LaunchPlan(
            Path.of("/bin/sh"),
            List.of("-c", "exec sleep 60"),
            Map.of("PATH", "/usr/bin:/bin"),
            Path.of("/"),
            nowhere,
            nowhere);
    try {
      ContainedTree tree = containment.launch(new SegmentKey(1, 1, 0), plan);
      try {
        tree.release();
        tree.kill(reason -> log.warn("trying containment {}: {}", containment.name(), reason));
      } finally {
        tree.dispose();
      }
    } catch (LaunchException e) {
      throw new ContainmentException(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ContainmentException("interrupted while trying it out", e);
    }
  }
}
