package io.procgrid.head.api.http;

import com.google.common.net.InetAddresses;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.util.TimeoutMode;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.procgrid.head.api.BulkWork;
import io.procgrid.head.api.Caller;
import io.procgrid.head.api.Endpoint;
import io.procgrid.head.api.EndpointRegistry;
import io.procgrid.head.api.HeadUnavailableException;
import io.procgrid.head.api.wire.Excerpt;
import io.procgrid.head.api.wire.InvalidRequestException;
import io.procgrid.head.api.wire.WireFormat;
import io.procgrid.head.api.wire.WireFormats;
import io.procgrid.head.api.wire.WireRecord;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one HTTP service: finds the endpoint, decodes, lets it answer on a virtual thread of its own,
 * encodes. Every answer, whatever happens, carries the wrapper.
 */
final class RestService implements HttpService {
  private static final Logger LOG = LoggerFactory.getLogger(RestService.class);

  /** Some clients are given a URL with this path, and put it before every endpoint. */
  private static final String OPTIONAL_PREFIX = "/gpudb-0/";

  /** What an answer may take besides the wait that its caller chose. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  /** Bodies above this are decoded as bulk work, bytes. */
  private static final int BULKY_BODY = 64 * 1024;

  private final WireFormats formats;
  private final CallerGate gate;
  private final RestErrors errors;
  private final Executor executor;
  private final BulkWork bulk;
  private volatile State state = new State.Closed("starting");

  private sealed interface State {
    record Closed(String why) implements State {}

    record Serving(EndpointRegistry endpoints) implements State {}
  }

  /**
   * @param executor a new virtual thread for each task
   */
  RestService(
      WireFormats formats, CallerGate gate, RestErrors errors, Executor executor, BulkWork bulk) {
    this.formats = formats;
    this.gate = gate;
    this.errors = errors;
    this.executor = executor;
    this.bulk = bulk;
  }

  void open(EndpointRegistry endpoints) {
    state = new State.Serving(endpoints);
  }

  void refuseNew() {
    state = new State.Closed("stopping");
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    long arrived = System.nanoTime();
    return switch (state) {
      case State.Closed(String why) ->
          failure(
                  HttpStatus.SERVICE_UNAVAILABLE,
                  "the head is %s and takes no requests; try again in a moment".formatted(why))
              .toHttp(System.nanoTime() - arrived);
      case State.Serving(EndpointRegistry endpoints) -> serve(context, request, endpoints, arrived);
    };
  }

  private HttpResponse serve(
      ServiceRequestContext context,
      HttpRequest request,
      EndpointRegistry endpoints,
      long arrived) {
    String path = withoutPrefix(context.path());
    Optional<Endpoint> endpoint = endpoints.find(path);
    if (endpoint.isEmpty()) {
      return failure(
              HttpStatus.NOT_FOUND,
              "there is no endpoint %s; see the list in the documentation of the REST API"
                  .formatted(Excerpt.of(path)))
          .toHttp(System.nanoTime() - arrived);
    }
    if (request.method() != HttpMethod.POST) {
      return failure(
              HttpStatus.METHOD_NOT_ALLOWED,
              "%s is called with POST, not with %s".formatted(path, request.method()))
          .toHttp(System.nanoTime() - arrived);
    }
    WireFormat format;
    try {
      gate.check(
          request.authority(),
          request.headers().get(HttpHeaderNames.ORIGIN),
          context.localAddress().getAddress());
      format = formats.of(request.headers().get(HttpHeaderNames.CONTENT_TYPE));
    } catch (InvalidRequestException e) {
      return failure(HttpStatus.BAD_REQUEST, e.getMessage()).toHttp(System.nanoTime() - arrived);
    }
    Caller caller = caller(context, request);
    return HttpResponse.of(
        request
            .aggregate()
            .whenComplete((whole, failure) -> allowFor(endpoint.get(), context))
            .handleAsync(
                (whole, failure) ->
                    (failure == null
                            ? answer(endpoint.get(), format, whole, caller)
                            : unreadable(format, failure))
                        .toHttp(System.nanoTime() - arrived),
                executor));
  }

  /** Reading the body had its own time; from here on the endpoint's counts. */
  private static void allowFor(Endpoint endpoint, ServiceRequestContext context) {
    context.setRequestTimeout(TimeoutMode.SET_FROM_NOW, endpoint.longestWait().plus(MARGIN));
  }

  private static String withoutPrefix(String path) {
    return path.startsWith(OPTIONAL_PREFIX) ? path.substring(OPTIONAL_PREFIX.length() - 1) : path;
  }

  private static Caller caller(ServiceRequestContext context, HttpRequest request) {
    String authority = request.authority();
    return new Caller(
        InetAddresses.toAddrString(context.remoteAddress().getAddress()),
        authority == null ? "" : authority);
  }

  private Reply answer(
      Endpoint endpoint, WireFormat format, AggregatedHttpRequest whole, Caller caller) {
    try {
      byte[] body = whole.content().array();
      WireRecord request =
          inBulk(body.length > BULKY_BODY, () -> format.decode(endpoint.request(), body));
      WireRecord response = endpoint.handle(request, caller);
      byte[] wrapper =
          inBulk(endpoint.answersInBulk(), () -> format.success(dataType(endpoint), response));
      return new Reply(HttpStatus.OK, format.contentType(), wrapper);
    } catch (InvalidRequestException e) {
      return Reply.failure(HttpStatus.BAD_REQUEST, format, e.getMessage());
    } catch (HeadUnavailableException e) {
      return Reply.failure(HttpStatus.SERVICE_UNAVAILABLE, format, e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("{} failed", endpoint.path(), e);
      // 400, as for every error of a caller that is let in: the clients take 5xx as a server gone.
      return Reply.failure(
          HttpStatus.BAD_REQUEST,
          format,
          "%s failed within the head (%s), so whether it was done is unknown; the head's log says more"
              .formatted(endpoint.path(), e));
    }
  }

  private <T> T inBulk(boolean bulky, Supplier<T> work) {
    return bulky ? bulk.call(work) : work.get();
  }

  /** {@code kill_proc_response} for {@code /kill/proc}. */
  private static String dataType(Endpoint endpoint) {
    return endpoint.path().substring(1).replace('/', '_') + "_response";
  }

  private Reply unreadable(WireFormat format, Throwable failure) {
    @Nullable Throwable cause =
        failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof ContentTooLargeException
        ? Reply.failure(HttpStatus.REQUEST_ENTITY_TOO_LARGE, format, errors.tooLarge())
        : Reply.failure(
            HttpStatus.BAD_REQUEST,
            format,
            "the body of the request could not be read (%s); nothing was done".formatted(cause));
  }

  private Reply failure(HttpStatus status, String message) {
    return Reply.failure(status, formats.fallback(), message);
  }
}
