package io.procgrid.head.api.http;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.server.Server;
import io.netty.channel.EventLoopGroup;
import io.procgrid.head.api.BulkWork;
import io.procgrid.head.api.EndpointRegistry;
import io.procgrid.head.api.wire.WireFormats;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The REST server of a head. From {@link #start} on it answers, with 503 until {@link #serve} and
 * again after {@link #refuseNew}.
 */
public final class RestServer implements AutoCloseable {
  /** How long the body of a request may take. */
  private static final Duration BODY_TIMEOUT = Duration.ofMinutes(5);

  /** How long requests in hand may take when the server closes. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final RestSettings settings;
  private final ExecutorService executor =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("rest-", 0).factory());
  private final RestService service;
  private final Server server;

  /**
   * @param bulk decodes large bodies and encodes large answers; not closed here
   */
  public RestServer(RestSettings settings, BulkWork bulk) {
    this.settings = settings;
    WireFormats formats = new WireFormats();
    RestErrors errors = new RestErrors(formats.fallback(), settings.maxRequestBytes());
    service =
        new RestService(formats, new CallerGate(settings.allowedHosts()), errors, executor, bulk);
    server =
        Server.builder()
            .port(settings.listen(), SessionProtocol.HTTP)
            .serviceUnder("/", service)
            .errorHandler(errors)
            .maxRequestLength(settings.maxRequestBytes())
            .requestTimeout(BODY_TIMEOUT)
            .gracefulShutdownTimeout(Duration.ZERO, CLOSE_TIMEOUT)
            .bossGroupFactory(_ -> acceptor())
            .disableServerHeader()
            .build();
  }

  /**
   * Accepts connections; by default it would stay for two seconds after its last one, for nothing.
   */
  private static EventLoopGroup acceptor() {
    return EventLoopGroups.builder()
        .numThreads(1)
        .gracefulShutdown(Duration.ZERO, CLOSE_TIMEOUT)
        .build();
  }

  /**
   * Binds the port.
   *
   * @throws IOException when it cannot be bound; the message is for the user
   */
  public void start() throws IOException {
    try {
      server.start().join();
    } catch (CompletionException e) {
      throw new IOException(
          "REST cannot listen on %s: %s; choose another address or port"
              .formatted(settings.listen(), e.getCause()),
          e);
    }
  }

  /** The port it listens on, also when 0 was asked for. */
  public int actualPort() {
    return server.activeLocalPort();
  }

  /** Begins to serve. */
  public void serve(EndpointRegistry endpoints) {
    service.open(endpoints);
  }

  /** New requests are answered with 503 from now on; those in hand go on. */
  public void refuseNew() {
    service.refuseNew();
  }

  /** Refuses new requests, lets those in hand end for a few seconds, and closes the port. */
  @Override
  public void close() {
    refuseNew();
    server.stop().join();
    executor.shutdownNow();
  }
}
