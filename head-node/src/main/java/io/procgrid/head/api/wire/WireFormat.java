package io.procgrid.head.api.wire;

/**
 * One way to write requests and answers. The answer comes in the format of the request.
 *
 * <p>Every answer is a wrapper of five fields in this order: {@code status} ("OK" or "ERROR"),
 * {@code message}, {@code data_type}, {@code data}, {@code data_str}.
 */
public interface WireFormat {
  /** Content type of its answers. */
  String contentType();

  /**
   * Reads a request.
   *
   * @throws InvalidRequestException when it is not exactly a record of that schema
   */
  WireRecord decode(RecordSchema schema, byte[] body);

  /**
   * The wrapper around an answer.
   *
   * @param dataType for example {@code kill_proc_response}
   */
  byte[] success(String dataType, WireRecord response);

  /** The wrapper that says what went wrong. */
  byte[] failure(String message);
}
