package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.Outcome;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A worker as the core sees it. Mutable; touched by the core only. */
final class WorkerState {
  /** How far the link to the current instance is. */
  enum Link {
    /** Not connected. */
    DOWN,
    /** Connected; kills go out, the inventories are not yet compared. */
    CONNECTED,
    /** Connected and compared: segments may be placed. */
    READY
  }

  WorkerRecord record;

  /** The record that the store has; null while it has none. */
  @Nullable WorkerRecord stored;

  Link link = Link.DOWN;

  /** Why the link is down, for users. */
  String downReason = "it has not connected since the head started";

  /** A process there resists its kill. */
  boolean degraded;

  /** It is about to be forgotten: nothing is placed here. */
  boolean beingForgotten;

  /** What its journal held is on the way into the store; its inventory is asked for again then. */
  boolean importing;

  /**
   * What its journal holds, when last compared, that no segment stands for: nothing of the same
   * name can be started here until the worker has forgotten it.
   */
  final TreeSet<SegmentKey> strangers = new TreeSet<>();

  /** Connected to this head now or before. */
  boolean hasBeenConnected;

  /** Its inventory is to be asked for in a moment. */
  boolean inventoryDue;

  /** Inventories that were asked for and have not come. */
  private int inventoriesAsked;

  /** What it has forgotten meanwhile: such an inventory may still list it. */
  private final Set<SegmentKey> forgottenMeanwhile = new HashSet<>();

  /** What it has proven to be over meanwhile: such an inventory may still list it as alive. */
  private final Set<SegmentKey> endedMeanwhile = new HashSet<>();

  /**
   * Ends of what a store that was restored had not placed here: told late on this connection, they
   * must not count for what was given the same name since.
   */
  final Map<SegmentKey, Outcome> endsOfOthers = new HashMap<>();

  /** Ends that it told before its inventory was compared, of what no segment stands for. */
  final Map<SegmentKey, Outcome> unknownEnds = new HashMap<>();

  /** Highest dispatch number used in this epoch. */
  long lastDispatchNumber;

  final Set<String> bundles = new HashSet<>();
  final Set<String> bundlesOnTheWay = new HashSet<>();

  /**
   * Segments placed here and not over, by key: in the order in which kills and inventories are
   * told.
   */
  final TreeMap<SegmentKey, Segment> segments = new TreeMap<>();

  private final Map<String, Integer> processesByProc = new HashMap<>();
  private int processes;

  WorkerState(WorkerRecord record) {
    this.record = record;
  }

  WorkerIdentity identity() {
    return record.identity();
  }

  WorkerInstance instance() {
    return record.instance();
  }

  int number() {
    return record.number();
  }

  boolean isReady() {
    return link == Link.READY && record.standing() == WorkerStanding.MEMBER && !beingForgotten;
  }

  boolean isForgotten() {
    return record.standing().isForgotten();
  }

  /** As shown to users. */
  String state() {
    if (isForgotten()) {
      return "forgotten";
    }
    if (!isReady()) {
      return "down";
    }
    return degraded ? "degraded" : "up";
  }

  boolean isConnected() {
    return link != Link.DOWN;
  }

  /** Whether something new of the proc may be placed here. */
  boolean takes(ProcDefinition proc) {
    return isReady() && !degraded && hasRoomFor(proc);
  }

  /** Whether the segment may be placed here: nothing else of its name is in the journal. */
  boolean takes(Segment segment) {
    return takes(segment.run.proc) && !isNameTaken(segment.key);
  }

  /** Workers refuse a segment of which they know another incarnation, too. */
  private boolean isNameTaken(SegmentKey key) {
    for (SegmentKey other : strangers.tailSet(new SegmentKey(key.runId(), 1, 0))) {
      if (other.runId() != key.runId()) {
        return false;
      }
      if (other.segment() == key.segment()) {
        return true;
      }
    }
    return false;
  }

  /** The store has that its journal is to be imported. */
  void importRecorded() {
    if (stored != null) {
      stored = stored.as(WorkerStanding.IMPORTING);
    }
  }

  /** What its journal held is in the store. */
  void imported() {
    importing = false;
    if (record.standing() == WorkerStanding.IMPORTING) {
      record = record.as(WorkerStanding.MEMBER);
    }
    if (stored != null && stored.standing() == WorkerStanding.IMPORTING) {
      stored = stored.as(WorkerStanding.MEMBER);
    }
  }

  /** Processes that may live here. */
  int processes() {
    return processes;
  }

  boolean hasRoomFor(ProcDefinition proc) {
    int most = proc.maxConcurrencyPerNode();
    return most == 0 || processesByProc.getOrDefault(proc.name(), 0) < most;
  }

  void occupy(Segment segment) {
    segments.put(segment.key, segment);
    processes++;
    processesByProc.merge(segment.run.proc.name(), 1, Integer::sum);
  }

  void release(Segment segment) {
    if (segments.remove(segment.key) == null) {
      return;
    }
    processes--;
    processesByProc.computeIfPresent(
        segment.run.proc.name(), (name, count) -> count == 1 ? null : count - 1);
  }

  void disconnected(String reason) {
    link = Link.DOWN;
    downReason = reason;
    degraded = false; // Told anew on the next connection, if it still is so.
    bundles.clear();
    bundlesOnTheWay.clear();
    inventoriesAsked = 0;
    forgottenMeanwhile.clear();
    endedMeanwhile.clear();
    endsOfOthers.clear();
    unknownEnds.clear(); // Its next inventory has them.
    for (Segment segment : segments.values()) {
      segment.startInFlight = false;
    }
  }

  void inventoryAsked() {
    if (inventoriesAsked++ == 0) {
      forgottenMeanwhile.clear();
      endedMeanwhile.clear();
    }
  }

  /** It has proven the segment to be over. */
  void ended(SegmentKey key) {
    if (inventoriesAsked > 0) {
      endedMeanwhile.add(key);
    }
  }

  /** Its journal has dropped the segment. */
  void forgot(SegmentKey key) {
    strangers.remove(key);
    if (inventoriesAsked > 0) {
      forgottenMeanwhile.add(key);
    }
  }

  /** What an inventory lists, without what changed while it was on its way. */
  ImmutableList<HeadEvent.InventoryItem> still(ImmutableList<HeadEvent.InventoryItem> listed) {
    inventoriesAsked = Math.max(0, inventoriesAsked - 1);
    return forgottenMeanwhile.isEmpty() && endedMeanwhile.isEmpty()
        ? listed
        : listed.stream().filter(this::still).collect(ImmutableList.toImmutableList());
  }

  private boolean still(HeadEvent.InventoryItem item) {
    SegmentKey key = item.segment();
    boolean over = item.state() == HeadEvent.InventoryItem.State.OVER;
    return !forgottenMeanwhile.contains(key) && (over || !endedMeanwhile.contains(key));
  }

  Placement placement() {
    return new Placement(
        record.identity(),
        record.instance(),
        record.host().bootId(),
        record.host().machineId() + "/" + record.host().productUuid());
  }

  @Override
  public String toString() {
    return "worker %d (%s)".formatted(record.number(), record.address());
  }
}
