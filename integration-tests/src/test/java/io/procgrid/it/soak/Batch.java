package io.procgrid.it.soak;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs that one client executes under one tag and then ends.
 *
 * @param runs ids of those that were acknowledged
 * @param processes that they may have, reserved until all are over
 * @param kept whether their status is to stay in the head until the end of the soak
 */
record Batch(String tag, Set<Long> runs, int processes, boolean kept) {
  /** Without runs yet. */
  static Batch empty(String tag, int processes, boolean kept) {
    return new Batch(tag, ConcurrentHashMap.newKeySet(), processes, kept);
  }
}
