package io.procgrid.it;

import java.util.Optional;

/** The surroundings that a test cluster can be given, each with faults of its own. */
public enum Setting {
  /** This host, as it is. */
  LOOPBACK {
    @Override
    Optional<String> missing() {
      return Optional.empty();
    }

    @Override
    ClusterPlaces open(int workers) {
      return new Loopback();
    }
  },

  /** {@link NetworkNamespaces}. */
  NETWORK_NAMESPACES {
    @Override
    Optional<String> missing() {
      return HostCommand.missingForRoot("ip", "nft", "nsenter", "unshare");
    }

    @Override
    ClusterPlaces open(int workers) {
      return NetworkNamespaces.of(workers);
    }
  },

  /** {@link SlowLinks}. */
  SLOW_LINKS {
    @Override
    Optional<String> missing() {
      return Optional.empty();
    }

    @Override
    ClusterPlaces open(int workers) {
      return new SlowLinks();
    }
  },

  /** {@link AlteredHosts}. */
  ALTERED_HOSTS {
    @Override
    Optional<String> missing() {
      return HostCommand.missingForRoot("mount", "unshare");
    }

    @Override
    ClusterPlaces open(int workers) {
      return new AlteredHosts();
    }
  },

  /** {@link SmallDisks}. */
  SMALL_DISKS {
    @Override
    Optional<String> missing() {
      return HostCommand.missingForRoot("mount", "umount");
    }

    @Override
    ClusterPlaces open(int workers) {
      return new SmallDisks();
    }
  },

  /** A {@link PidNamespace} for the workers in which few pids exist, so that they recur quickly. */
  FEW_PIDS {
    @Override
    Optional<String> missing() {
      return HostCommand.missingForRoot("nsenter", "unshare");
    }

    @Override
    ClusterPlaces open(int workers) {
      return PidNamespace.withFewPids();
    }
  },

  /** A {@link PidNamespace} for the workers whose pid 1 reaps nothing. */
  NO_REAPER {
    @Override
    Optional<String> missing() {
      return HostCommand.missingForRoot("nsenter", "unshare");
    }

    @Override
    ClusterPlaces open(int workers) {
      return PidNamespace.withoutReaper();
    }
  };

  /** Why it cannot be had on this host; empty when it can. */
  abstract Optional<String> missing();

  /** Makes it for a cluster that begins with so many workers. */
  abstract ClusterPlaces open(int workers);
}
