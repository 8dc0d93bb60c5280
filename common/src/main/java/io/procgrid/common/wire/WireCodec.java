package io.procgrid.common.wire;

import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.HostFacts;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.proto.v1.OutcomeKind;
import org.jspecify.annotations.Nullable;

/**
 * Translates between the project's records and the proto messages both sides exchange.
 *
 * <p>Decoding throws {@link IllegalArgumentException} for a message that no sender of this version
 * writes.
 */
public final class WireCodec {
  private WireCodec() {}

  public static io.procgrid.proto.v1.Epoch encode(Epoch epoch) {
    return io.procgrid.proto.v1.Epoch.newBuilder()
        .setCounter(epoch.counter())
        .setNonce(epoch.nonce())
        .build();
  }

  public static Epoch decode(io.procgrid.proto.v1.Epoch epoch) {
    return new Epoch(epoch.getCounter(), epoch.getNonce());
  }

  public static io.procgrid.proto.v1.SegmentKey encode(SegmentKey key) {
    return io.procgrid.proto.v1.SegmentKey.newBuilder()
        .setRunId(key.runId())
        .setIncarnation(key.incarnation())
        .setSegment(key.segment())
        .build();
  }

  public static SegmentKey decode(io.procgrid.proto.v1.SegmentKey key) {
    return new SegmentKey(key.getRunId(), key.getIncarnation(), key.getSegment());
  }

  public static io.procgrid.proto.v1.KillFacts encode(KillFacts facts) {
    return io.procgrid.proto.v1.KillFacts.newBuilder()
        .setUser(facts.user())
        .setAtMillis(facts.atMillis())
        .setOrigin(facts.origin())
        .build();
  }

  public static KillFacts decode(io.procgrid.proto.v1.KillFacts facts) {
    return new KillFacts(facts.getUser(), facts.getAtMillis(), facts.getOrigin());
  }

  public static io.procgrid.proto.v1.HostFacts encode(HostFacts host) {
    return io.procgrid.proto.v1.HostFacts.newBuilder()
        .setHostName(host.hostName())
        .setSystem(host.system())
        .setMachineId(host.machineId())
        .setProductUuid(host.productUuid())
        .setBootId(host.bootId())
        .build();
  }

  public static HostFacts decode(io.procgrid.proto.v1.HostFacts host) {
    return new HostFacts(
        host.getHostName(),
        host.getSystem(),
        host.getMachineId(),
        host.getProductUuid(),
        host.getBootId());
  }

  public static io.procgrid.proto.v1.ExitStatus encode(ExitStatus status) {
    var message = io.procgrid.proto.v1.ExitStatus.newBuilder();
    return switch (status) {
      case ExitStatus.Exited(int code) -> message.setExited(code).build();
      case ExitStatus.Signalled(int signal) -> message.setSignalled(signal).build();
      case ExitStatus.Lost(String reason) -> message.setLost(reason).build();
    };
  }

  public static ExitStatus decode(io.procgrid.proto.v1.ExitStatus status) {
    return switch (status.getHowCase()) {
      case EXITED -> new ExitStatus.Exited(status.getExited());
      case SIGNALLED -> new ExitStatus.Signalled(status.getSignalled());
      case LOST -> new ExitStatus.Lost(status.getLost());
      case HOW_NOT_SET -> throw new IllegalArgumentException("exit status without content");
    };
  }

  public static io.procgrid.proto.v1.Outcome encode(Outcome outcome) {
    var message =
        io.procgrid.proto.v1.Outcome.newBuilder()
            .setKind(encode(outcome.kind()))
            .setDetail(outcome.detail())
            .setStartedAtMillis(outcome.startedAtMillis())
            .setEndedAtMillis(outcome.endedAtMillis())
            .setKillMillis(outcome.killMillis());
    ExitStatus status = outcome.status();
    if (status != null) {
      message.setStatus(encode(status));
    }
    KillFacts kill = outcome.kill();
    if (kill != null) {
      message.setKill(encode(kill));
    }
    return message.build();
  }

  public static Outcome decode(io.procgrid.proto.v1.Outcome outcome) {
    @Nullable ExitStatus status = outcome.hasStatus() ? decode(outcome.getStatus()) : null;
    @Nullable KillFacts kill = outcome.hasKill() ? decode(outcome.getKill()) : null;
    return new Outcome(
        decode(outcome.getKind()),
        status,
        outcome.getDetail(),
        outcome.getStartedAtMillis(),
        outcome.getEndedAtMillis(),
        outcome.getKillMillis(),
        kill);
  }

  private static OutcomeKind encode(Outcome.Kind kind) {
    return switch (kind) {
      case ENDED -> OutcomeKind.OUTCOME_KIND_ENDED;
      case KILLED -> OutcomeKind.OUTCOME_KIND_KILLED;
      case NEVER_STARTED -> OutcomeKind.OUTCOME_KIND_NEVER_STARTED;
      case START_FAILED -> OutcomeKind.OUTCOME_KIND_START_FAILED;
    };
  }

  private static Outcome.Kind decode(OutcomeKind kind) {
    return switch (kind) {
      case OUTCOME_KIND_ENDED -> Outcome.Kind.ENDED;
      case OUTCOME_KIND_KILLED -> Outcome.Kind.KILLED;
      case OUTCOME_KIND_NEVER_STARTED -> Outcome.Kind.NEVER_STARTED;
      case OUTCOME_KIND_START_FAILED -> Outcome.Kind.START_FAILED;
      case OUTCOME_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("outcome kind " + kind);
    };
  }

  public static io.procgrid.proto.v1.SegmentSpec encode(SegmentSpec spec) {
    return io.procgrid.proto.v1.SegmentSpec.newBuilder()
        .setProcName(spec.procName())
        .setDataSegmentId(spec.dataSegmentId())
        .setSegmentCount(spec.segmentCount())
        .setBundleHash(spec.bundleHash())
        .setCommand(spec.command())
        .addAllArguments(spec.arguments())
        .putAllParameters(spec.parameters())
        .putAllEnvironment(spec.environment())
        .setWaitForTree(spec.waitForTree())
        .setMaxOutputLines(spec.maxOutputLines())
        .build();
  }

  public static SegmentSpec decode(io.procgrid.proto.v1.SegmentSpec spec) {
    return new SegmentSpec(
        spec.getProcName(),
        spec.getDataSegmentId(),
        spec.getSegmentCount(),
        spec.getBundleHash(),
        spec.getCommand(),
        spec.getArgumentsList(),
        spec.getParametersMap(),
        spec.getEnvironmentMap(),
        spec.getWaitForTree(),
        spec.getMaxOutputLines());
  }
}
