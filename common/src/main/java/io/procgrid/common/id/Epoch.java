package io.procgrid.common.id;

/**
 * One term of a head. The counter grows durably at every head start; the nonce, drawn with it,
 * tells a store that was restored from a backup from the original.
 *
 * @param counter 1 or more
 * @param nonce random, never empty
 */
public record Epoch(long counter, String nonce) {
  public Epoch {
    if (counter < 1 || nonce.isEmpty()) {
      throw new IllegalArgumentException("epoch %d/%s".formatted(counter, nonce));
    }
  }

  /** True when this term began before the other. */
  public boolean isOlderThan(Epoch other) {
    return counter < other.counter;
  }

  /**
   * True when both claim the same count but are not the same term: one of the stores was restored
   * from a backup.
   */
  public boolean contradicts(Epoch other) {
    return counter == other.counter && !nonce.equals(other.nonce);
  }
}
