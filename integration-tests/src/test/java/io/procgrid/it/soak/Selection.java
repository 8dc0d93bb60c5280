package io.procgrid.it.soak;

import java.util.Map;
import java.util.Optional;

/** What a kill is to hit: what is present must match. */
record Selection(Optional<Long> run, Optional<String> tag, Optional<String> procName) {
  static Selection everything() {
    return new Selection(Optional.empty(), Optional.empty(), Optional.empty());
  }

  static Selection ofRun(long run) {
    return new Selection(Optional.of(run), Optional.empty(), Optional.empty());
  }

  static Selection ofTag(String tag) {
    return new Selection(Optional.empty(), Optional.of(tag), Optional.empty());
  }

  static Selection ofProc(String name) {
    return new Selection(Optional.empty(), Optional.empty(), Optional.of(name));
  }

  boolean matches(RunNote note) {
    return run.map(id -> id == note.id()).orElse(true)
        && tag.map(note.tag()::equals).orElse(true)
        && procName.map(note.procName()::equals).orElse(true);
  }

  /** The field {@code run_id} of the request. */
  String runId() {
    return run.map(String::valueOf).orElse("");
  }

  /** Adds the options of the request. */
  void addTo(Map<String, String> options) {
    tag.ifPresent(text -> options.put("run_tag", text));
    procName.ifPresent(text -> options.put("proc_name", text));
  }
}
