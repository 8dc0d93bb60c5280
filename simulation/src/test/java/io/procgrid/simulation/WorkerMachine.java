package io.procgrid.simulation;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.HostFacts;
import io.procgrid.common.run.KillFacts;
import io.procgrid.worker.core.Tombstone;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What outlives a worker's processes: its host, its data folder, its address. */
final class WorkerMachine {
  private static final int TORN_ONCE_IN = 16;
  private static final int TORN_BY_POWER_LOSS_ONCE_IN = 2;

  private final World world;
  private final int number;
  private final int slots;
  private WorkerIdentity identity;
  private final Host host;
  private final Truth truth;
  private final HeadPromises promises;
  private final Network network;
  private ModelJournal journal;
  private int journals = 1;
  private final Set<SegmentKey> unknown = new HashSet<>();
  private final Map<SegmentKey, KillFacts> ordered = new HashMap<>();
  private final Set<String> bundles = new TreeSet<>();
  private String address;
  private long partitionedUntil;
  private int instances;
  private boolean needsReboot;
  private @Nullable SimulatedWorker worker;

  WorkerMachine(World world, int number, Truth truth, HeadPromises promises, Network network) {
    this.world = world;
    this.number = number;
    this.truth = truth;
    this.promises = promises;
    this.network = network;
    this.slots = 1 + world.chance().below(2);
    this.identity = new WorkerIdentity("journal-" + number);
    this.address = "host-%d:7000".formatted(number);
    this.journal = new ModelJournal(identity);
    this.host = new Host(world, truth, this);
  }

  int number() {
    return number;
  }

  int slots() {
    return slots;
  }

  WorkerIdentity identity() {
    return identity;
  }

  Host host() {
    return host;
  }

  ModelJournal journal() {
    return journal;
  }

  Set<String> bundles() {
    return bundles;
  }

  Truth truth() {
    return truth;
  }

  /** The era in which an accepted segment was asked for. */
  int eraOf(SegmentKey key) {
    ModelJournal.Entry entry = journal.find(key);
    return entry == null || entry.epoch == null ? 0 : promises.eraOf(entry.epoch);
  }

  /** The journal has the segment, and the worker process was told that it has not. */
  void unknownUntilRestart(SegmentKey key) {
    unknown.add(key);
  }

  /** Segments that the worker process ought to have forgotten. */
  Set<SegmentKey> unforgotten() {
    return Sets.difference(journal.segments(), unknown);
  }

  /** The worker has taken a kill of the segment on, whether or not the journal has it yet. */
  void ordered(SegmentKey key, KillFacts facts) {
    ordered.put(key, facts);
  }

  /** Who ordered the latest kill of the segment; null when nobody did. */
  @Nullable KillFacts orderedBy(SegmentKey key) {
    ModelJournal.Entry entry = journal.find(key);
    Tombstone durable = entry == null ? null : entry.tombstone;
    return durable == null ? ordered.get(key) : durable.facts();
  }

  /** The data folder is lost or replaced: the next process begins with a journal of its own. */
  void loseJournal() {
    crash();
    world.trace().add(toString(), "loses its journal");
    journals++;
    promises.cannotBeTold(identity);
    identity = new WorkerIdentity("journal-%d-%d".formatted(number, journals));
    journal = new ModelJournal(identity);
    bundles.clear();
  }

  /** Nothing of its own journal lives on its host. */
  boolean isEmpty() {
    return ownTrees().isEmpty();
  }

  /** What lives of the journal that is here now. */
  List<ProcessTree> ownTrees() {
    return host.liveTrees().stream()
        .filter(tree -> tree.requirePlace().worker().equals(identity))
        .toList();
  }

  /** Live segments on the host that are of no journal which is here now. */
  ImmutableListMultimap<WorkerIdentity, SegmentKey> leftovers() {
    ImmutableListMultimap.Builder<WorkerIdentity, SegmentKey> leftovers =
        ImmutableListMultimap.builder();
    for (ProcessTree tree : host.liveTrees()) {
      Place place = tree.requirePlace();
      if (!place.worker().equals(identity)) {
        leftovers.put(place.worker(), place.segment());
      }
    }
    return leftovers.build();
  }

  HeadPromises promises() {
    return promises;
  }

  String address() {
    return address;
  }

  HostFacts facts() {
    return new HostFacts(
        "host-" + number, "Linux", "machine-" + number, "uuid-" + number, host.bootId());
  }

  /** The worker process; null while there is none. */
  @Nullable SimulatedWorker worker() {
    return worker;
  }

  boolean isPartitioned() {
    return world.now() < partitionedUntil;
  }

  long partitionedUntil() {
    return partitionedUntil;
  }

  void partition(long millis) {
    partitionedUntil = world.now() + millis;
  }

  void heal() {
    partitionedUntil = 0;
  }

  void start() {
    instances++;
    unknown.clear();
    WorkerInstance instance = new WorkerInstance("process-%d-%d".formatted(number, instances));
    var recovered =
        world
            .sabotage()
            .recovered(journal.open(ImmutableSet.copyOf(bundles), host.bootId()), host.bootId());
    worker = new SimulatedWorker(world, this, instance, recovered, truth, network);
    worker.start();
  }

  /** The worker process is killed; what it launched lives on. */
  void crash() {
    crash(TORN_ONCE_IN);
  }

  private void crash(int tears) {
    SimulatedWorker crashed = worker;
    worker = null;
    if (crashed == null) {
      return;
    }
    world.trace().add(toString(), "crashes");
    crashed.crash(tears);
    host.workerDied();
    network.serverGone(crashed);
  }

  /** The host loses its power and comes back. */
  void reboot() {
    crash(TORN_BY_POWER_LOSS_ONCE_IN);
    world.trace().add(toString(), "reboots");
    host.reboot();
    needsReboot = false;
  }

  /** Something of this host cannot be known again before its next boot. */
  void tornUntilReboot() {
    needsReboot = true;
  }

  boolean needsReboot() {
    return needsReboot;
  }

  /** Each of two machines that have no worker process gets the address of the other. */
  void swapAddress(WorkerMachine other) {
    String mine = address;
    address = other.address;
    other.address = mine;
  }

  @Override
  public String toString() {
    return "worker-" + number;
  }
}
