package io.procgrid.head.core;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One call that waits for the proof of its kills. Mutable; touched by the core only. */
final class KillRequest {
  final long request;
  final KillTerms terms;
  final long startedMillis;

  /** Selected at the call, by ascending id. */
  final List<Run> selected;

  /** Selected, end not in the store. */
  final Set<Run> unproven;

  /** The intents are in the store. */
  boolean stored;

  boolean answered;

  Timers.@Nullable Timer timeUp;

  KillRequest(long request, KillTerms terms, long startedMillis, List<Run> selected) {
    this.request = request;
    this.terms = terms;
    this.startedMillis = startedMillis;
    this.selected = new ArrayList<>(selected);
    this.unproven = new LinkedHashSet<>(selected);
  }

  /** What it selected is another run by now. */
  void means(Run former, Run run) {
    selected.replaceAll(each -> each == former ? run : each);
    if (unproven.remove(former)) {
      unproven.add(run);
    }
    run.killers.add(this);
  }
}
