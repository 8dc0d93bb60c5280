package io.procgrid.worker.journal;

import org.jspecify.annotations.Nullable;

/**
 * First slot of a record.
 *
 * @param accepted false for the tombstone of a segment that never came
 * @param epochCounter term in which the record was made; 0 before the first, or unknown
 * @param epochNonce its nonce; empty when not accepted
 * @param dispatchNumber number it was accepted with; 0 when not accepted
 * @param specBytes length of the spec file
 * @param specChecksum CRC-32C of the spec file
 * @param damage set when the record stands in for one that was damaged; null otherwise
 */
record Acceptance(
    boolean accepted,
    long epochCounter,
    String epochNonce,
    long dispatchNumber,
    int specBytes,
    int specChecksum,
    @Nullable Damage damage) {

  /** Of a segment that is to run. */
  static Acceptance of(long epoch, String nonce, long number, byte[] spec) {
    return new Acceptance(true, epoch, nonce, number, spec.length, SpecFile.checksum(spec), null);
  }

  /** Of a segment that never came. */
  static Acceptance ofTombstone(long epoch) {
    return new Acceptance(false, epoch, "", 0, 0, 0, null);
  }

  /** Of a segment whose record was damaged. */
  static Acceptance ofDamaged(@Nullable Acceptance readable, Damage damage) {
    return readable == null
        ? new Acceptance(true, 0, "", 0, 0, 0, damage)
        : new Acceptance(
            readable.accepted,
            readable.epochCounter,
            readable.epochNonce,
            readable.dispatchNumber,
            0,
            0,
            damage);
  }
}
