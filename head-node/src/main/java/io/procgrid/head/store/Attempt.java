package io.procgrid.head.store;

/** What became of a transaction. */
sealed interface Attempt {
  /** It is durable. */
  record Stored() implements Attempt {}

  /**
   * Nothing of it is in the store, nor ever will be.
   *
   * @param reason for the user
   * @param ownFault true when less, or other, work might have succeeded
   */
  record NotStored(String reason, boolean ownFault) implements Attempt {}

  /**
   * The commit failed in such a way that it may show after a crash. It must be settled before
   * anything else is written.
   *
   * @param commit its number
   * @param reason for the user
   */
  record Unknown(long commit, String reason) implements Attempt {}

  /** The epoch is no longer ours: nothing was written. */
  record Superseded(String reason) implements Attempt {}
}
