package io.procgrid.head.workers;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.proto.v1.Started;
import io.procgrid.proto.v1.WatchRequest;
import io.procgrid.proto.v1.WatchResponse;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The Watch stream of a connection: reports what the worker tells, acknowledges it, and notices
 * when the worker falls silent or an event is missing.
 *
 * <p>Silence is counted in ticks, not read from a clock: a head that was stopped for a while finds
 * one tick passed when it goes on, and reads what came in before it blames the worker.
 */
final class WatchCall implements StreamObserver<WatchResponse> {
  private static final int TICKS_OF_SILENCE = 6;
  private static final int EVENTS_PER_ACKNOWLEDGEMENT = 64;

  private final Connection connection;
  private final LinkEnvironment environment;
  private final KillCall.Reports reports;
  private @Nullable StreamObserver<WatchRequest> requests;
  private @Nullable ScheduledFuture<?> ticks;
  private int silentTicks;
  private long last;
  private long acknowledged;
  private boolean degraded;

  WatchCall(Connection connection, LinkEnvironment environment) {
    this.connection = connection;
    this.environment = environment;
    this.reports = new SegmentReports(connection);
  }

  void open() {
    requests = connection.endless().watch(this);
    acknowledge();
    long period = Math.max(1, environment.timing().silence() / TICKS_OF_SILENCE);
    ticks =
        environment
            .timer()
            .scheduleWithFixedDelay(
                () -> connection.serial().execute(this::tick),
                period,
                period,
                TimeUnit.MILLISECONDS);
  }

  void close() {
    if (ticks != null) {
      ticks.cancel(false);
    }
  }

  private void tick() {
    if (++silentTicks > TICKS_OF_SILENCE) {
      connection.lose(
          "%s has been silent for %d ms"
              .formatted(connection.worker(), environment.timing().silence()));
    }
  }

  @Override
  public void onNext(WatchResponse response) {
    silentTicks = 0;
    long number = response.getNumber();
    boolean heartbeat = response.getWhatCase() == WatchResponse.WhatCase.HEARTBEAT;
    long expected = heartbeat ? last : last + 1;
    // The first number is whatever the worker still had: the inventory makes up for the others.
    if (last > 0 && number != expected) {
      connection.lose(
          "%s dropped events (%d follows %d); connecting anew compares the inventories"
              .formatted(connection.worker(), number, last));
      return;
    }
    last = number;
    report(response);
    if (heartbeat || last - acknowledged >= EVENTS_PER_ACKNOWLEDGEMENT) {
      acknowledge();
    }
  }

  private void report(WatchResponse response) {
    switch (response.getWhatCase()) {
      case HEARTBEAT -> degraded(response.getHeartbeat().getDegraded());
      case STARTED -> started(response.getStarted());
      case TERMINATED ->
          connection.emit(
              reports.terminated(
                  WireCodec.decode(response.getTerminated().getSegment()),
                  WireCodec.decode(response.getTerminated().getOutcome())));
      case PENDING ->
          connection.emit(
              reports.pending(
                  WireCodec.decode(response.getPending().getSegment()),
                  response.getPending().getReason()));
      case WHAT_NOT_SET -> throw new IllegalArgumentException("a watch event without content");
    }
  }

  private void degraded(boolean now) {
    if (now != degraded) {
      degraded = now;
      connection.emit(
          new HeadEvent.DegradedChanged(connection.identity(), connection.instance(), now));
    }
  }

  private void started(Started started) {
    connection.emit(
        new HeadEvent.SegmentStarted(
            connection.identity(),
            connection.instance(),
            WireCodec.decode(started.getSegment()),
            started.getPid(),
            started.getStartedAtMillis()));
  }

  private void acknowledge() {
    acknowledged = last;
    if (requests != null) {
      requests.onNext(
          WatchRequest.newBuilder().setTo(connection.address()).setAcknowledged(last).build());
    }
  }

  @Override
  public void onError(Throwable failure) {
    connection.lose(CallFailure.describe(connection.worker(), Status.fromThrowable(failure)));
  }

  @Override
  public void onCompleted() {
    connection.lose("%s ended the watch".formatted(connection.worker()));
  }
}
