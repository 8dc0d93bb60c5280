package io.procgrid.worker.journal;

/**
 * First slot of a record.
 *
 * @param accepted false for the tombstone of a segment that never came
 * @param epochCounter term in which the record was made; 0 before the first
 * @param epochNonce its nonce; empty when not accepted
 * @param dispatchNumber number it was accepted with; 0 when not accepted
 * @param specBytes length of the spec file
 * @param specChecksum CRC-32C of the spec file
 */
record Acceptance(
    boolean accepted,
    long epochCounter,
    String epochNonce,
    long dispatchNumber,
    int specBytes,
    int specChecksum) {}
