package io.procgrid.head.workers;

/**
 * How long a link waits for what, in milliseconds.
 *
 * @param connect for the answer of Connect
 * @param call for the answer of Start and Forget
 * @param inventory for the whole inventory
 * @param kill for the proofs of one Kill stream, from the end of the longest grace in it; the
 *     worker goes on after it
 * @param bundle for the delivery of a proc's files
 * @param output for the output of one segment
 * @param silence without a message on Watch until the worker counts as lost; it sends one each
 *     second
 * @param firstBackoff before the second attempt to connect; doubles with each
 * @param longestBackoff where the doubling ends
 */
public record LinkTiming(
    long connect,
    long call,
    long inventory,
    long kill,
    long bundle,
    long output,
    long silence,
    long firstBackoff,
    long longestBackoff) {
  /** For a real cluster. */
  public static final LinkTiming DEFAULT =
      new LinkTiming(3_000, 10_000, 60_000, 60_000, 120_000, 3_000, 3_000, 50, 1_000);
}
