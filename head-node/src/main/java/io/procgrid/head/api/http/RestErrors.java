package io.procgrid.head.api.http;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.procgrid.head.api.wire.WireFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the HTTP server itself has to say, with the wrapper around it like every answer. */
final class RestErrors implements ServerErrorHandler {
  private static final Logger LOG = LoggerFactory.getLogger(RestErrors.class);

  private final WireFormat format;
  private final long maxRequestBytes;

  RestErrors(WireFormat format, long maxRequestBytes) {
    this.format = format;
    this.maxRequestBytes = maxRequestBytes;
  }

  @Override
  public HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
    if (cause instanceof HttpStatusException refused) {
      return reply(refused.httpStatus(), explain(refused.httpStatus(), null)).toHttp(0);
    }
    if (cause instanceof ContentTooLargeException) {
      return reply(HttpStatus.REQUEST_ENTITY_TOO_LARGE, tooLarge()).toHttp(0);
    }
    if (cause instanceof RequestTimeoutException) {
      return reply(
              HttpStatus.SERVICE_UNAVAILABLE,
              "%s: no answer in time, so whether it was done is unknown; look again"
                  .formatted(context.path()))
          .toHttp(0);
    }
    if (cause instanceof HttpStatusException refused) {
      // The server refused the request before the service saw all of it: a declared length above
      // the limit, for one.
      return render(refused.httpStatus(), null).toHttpResponse();
    }
    LOG.error("request {} failed", context.path(), cause);
    return reply(
            HttpStatus.INTERNAL_SERVER_ERROR,
            "%s: the head failed (%s); its log says more".formatted(context.path(), cause))
        .toHttp(0);
  }

  @Override
  public AggregatedHttpResponse onProtocolViolation(
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    return render(status, description);
  }

  @Override
  public AggregatedHttpResponse renderStatus(
      @Nullable ServiceRequestContext context,
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    return render(status, description);
  }

  private AggregatedHttpResponse render(HttpStatus status, @Nullable String description) {
    Reply reply = reply(status, explain(status, description));
    return AggregatedHttpResponse.of(reply.headers(0), HttpData.wrap(reply.wrapper()));
  }

  private String explain(HttpStatus status, @Nullable String description) {
    if (status.equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE)) {
      return tooLarge();
    }
    return "the HTTP request cannot be served: %s; send it as HTTP/1.1 or HTTP/2 asks for"
        .formatted(description == null ? status.toString() : description);
  }

  String tooLarge() {
    return "the body of the request is larger than %d bytes; send less, or raise the head's max-request-bytes"
        .formatted(maxRequestBytes);
  }

  private Reply reply(HttpStatus status, String message) {
    return Reply.failure(status, format, message);
  }
}
