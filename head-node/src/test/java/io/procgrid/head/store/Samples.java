package io.procgrid.head.store;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.Grace;
import io.procgrid.common.run.HostFacts;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.Bundle;
import io.procgrid.head.core.KillIntent;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.Placement;
import io.procgrid.head.core.ProcDefinition;
import io.procgrid.head.core.RunRequest;
import io.procgrid.head.core.WorkerRecord;
import io.procgrid.head.core.WorkerStanding;
import java.nio.charset.StandardCharsets;

/** Values to store, with all that text and bytes can hold. */
final class Samples {
  /** NUL, a line end, quotes, a character beyond the basic plane, and half of one. */
  static final String AWKWARD = "a\0b\n\"'\\ \u00e9\u4e2d\ud83d\ude80 \ud800 end";

  static final KillFacts FACTS = new KillFacts("ann", 1_700_000_000_123L, "127.0.0.1:4711");

  static final KillIntent INTENT = new KillIntent(FACTS, 86_400_000);

  private Samples() {}

  static ProcDefinition proc(String name) {
    return new ProcDefinition(
        name,
        ExecutionMode.DISTRIBUTED,
        "hash-of-" + name,
        "./run me",
        ImmutableList.of("z", "", AWKWARD, "a"),
        ImmutableMap.of("max_concurrency_per_node", "2", "env.X", AWKWARD),
        2,
        true,
        ImmutableMap.of("X", AWKWARD),
        new Grace(10, 86_400_000));
  }

  static Bundle bundle(ProcDefinition proc) {
    byte[] archive = new byte[300];
    byte[] name = proc.bundleHash().getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < archive.length; i++) {
      archive[i] = (byte) (i ^ name[i % name.length]);
    }
    return new Bundle(proc.bundleHash(), archive);
  }

  static Mutation.ProcCreated created(ProcDefinition proc) {
    return new Mutation.ProcCreated(proc, bundle(proc));
  }

  static RunRequest request(String proc, String tag) {
    return request(proc, tag, 100, false);
  }

  static RunRequest request(String proc, String tag, int maxOutputLines, boolean atStartup) {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    return new RunRequest(
        proc,
        ImmutableMap.of("z", "last", "a", AWKWARD, "", "no name"),
        ImmutableMap.of("all", ByteString.copyFrom(all), "none", ByteString.EMPTY),
        ImmutableList.of("t2", "t1"),
        ImmutableMap.of("t2", ImmutableList.of("y", "x"), "t1", ImmutableList.of()),
        ImmutableList.of("out"),
        ImmutableMap.of("run_tag", tag),
        tag,
        maxOutputLines,
        atStartup);
  }

  static Mutation.RunCreated run(long runId, RunRequest request) {
    return new Mutation.RunCreated(runId, request, proc(request.procName()), 1_000 + runId, 1);
  }

  static Mutation.RunCreated run(long runId) {
    return run(runId, request("proc", "tag"));
  }

  static Mutation.RunCreated entry(long runId) {
    return run(runId, request("proc", "tag", 100, true));
  }

  static Mutation.SegmentsFixed fixed(long runId, int incarnation, int... workers) {
    ImmutableList.Builder<String> ids = ImmutableList.builder();
    ImmutableList.Builder<Integer> numbers = ImmutableList.builder();
    for (int worker : workers) {
      ids.add(Integer.toString(Math.max(0, worker - 1) * 1000));
      numbers.add(worker);
    }
    return new Mutation.SegmentsFixed(runId, incarnation, ids.build(), numbers.build());
  }

  static Placement placement(int worker) {
    return new Placement(
        new WorkerIdentity("journal-" + worker),
        new WorkerInstance("instance-" + worker),
        "boot-" + worker,
        "machine-" + worker + "/" + AWKWARD.replace('\0', '0').replace("\ud800 ", ""));
  }

  static Mutation.SegmentPlaced placed(SegmentKey segment, int worker) {
    return new Mutation.SegmentPlaced(segment, placement(worker));
  }

  static WorkerRecord worker(int number) {
    return new WorkerRecord(
        number,
        new WorkerIdentity("journal-" + number),
        new WorkerInstance("instance-" + number),
        "127.0.0.1:" + (9000 + number),
        number,
        new HostFacts("host " + number, "Linux 6 x86", "machine", "uuid", "boot-" + number),
        "cgroup",
        number % 2 == 0 ? WorkerStanding.LEFT : WorkerStanding.MEMBER,
        number == 3 ? ImmutableList.of(new WorkerInstance("instance-0")) : ImmutableList.of());
  }

  static Outcome exited(int code) {
    return new Outcome(
        Outcome.Kind.ENDED, new ExitStatus.Exited(code), "3 left behind", 2_000, 3_000, 0, null);
  }

  static Outcome killed() {
    return new Outcome(
        Outcome.Kind.KILLED, new ExitStatus.Signalled(9), "", 2_000, 3_000, 7, FACTS);
  }

  static Outcome lost() {
    return new Outcome(
        Outcome.Kind.ENDED, new ExitStatus.Lost(AWKWARD), AWKWARD, 2_000, 3_000, 0, null);
  }

  static Outcome neverStarted() {
    return new Outcome(Outcome.Kind.NEVER_STARTED, null, "", 0, 3_000, 1, FACTS);
  }

  static Mutation.SegmentEnded ended(SegmentKey segment, Outcome outcome) {
    return new Mutation.SegmentEnded(segment, outcome.runStatus(), outcome, AWKWARD);
  }

  static Mutation.RunEnded ended(long runId, int incarnation, RunStatus status) {
    return new Mutation.RunEnded(runId, incarnation, status, 4_000 + runId);
  }

  static SegmentKey segment(long runId, int incarnation, int segment) {
    return new SegmentKey(runId, incarnation, segment);
  }
}
