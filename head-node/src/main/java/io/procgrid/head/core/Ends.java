package io.procgrid.head.core;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Ends of segments and runs that go into the store together. */
final class Ends {
  final List<Mutation> mutations = new ArrayList<>();
  final List<Segment> segments = new ArrayList<>();

  /** Runs whose own end is among the mutations. */
  final Set<Run> runs = new LinkedHashSet<>();

  boolean isEmpty() {
    return mutations.isEmpty();
  }
}
