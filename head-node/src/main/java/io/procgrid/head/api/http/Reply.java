package io.procgrid.head.api.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import io.procgrid.head.api.wire.WireFormat;
import java.util.Locale;

/**
 * An answer that carries the wrapper.
 *
 * @param status HTTP status
 * @param contentType never {@code text/…}: the clients take that as a failing proxy
 */
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
record Reply(HttpStatus status, String contentType, byte[] wrapper) {
  /** Source: the clients show it as the time the server took, in seconds. */
  private static final String TIME_HEADER = "x-request-time-secs";

  static Reply failure(HttpStatus status, WireFormat format, String message) {
    return new Reply(status, format.contentType(), format.failure(message));
  }

  /**
   * As HTTP.
   *
   * @param nanos time since the request came in, ns
   */
  HttpResponse toHttp(long nanos) {
    return HttpResponse.of(headers(nanos), HttpData.wrap(wrapper));
  }

  ResponseHeaders headers(long nanos) {
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(status)
            .set(HttpHeaderNames.CONTENT_TYPE, contentType)
            .set(TIME_HEADER, String.format(Locale.ROOT, "%.6f", nanos / 1e9));
    if (status.equals(HttpStatus.METHOD_NOT_ALLOWED)) {
      headers.set(HttpHeaderNames.ALLOW, "POST");
    }
    return headers.build();
  }
}
