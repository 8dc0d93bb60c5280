package io.procgrid.worker.engine;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.SegmentSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The environment of a proc: a few variables of the worker, what the run is, its parameters, and
 * what the proc's {@code env.*} options add; nothing else.
 */
final class ProcEnvironment {
  /** The kernel passes no string of this length or more to a program (MAX_ARG_STRLEN of Linux). */
  static final int STRING_BYTES = 128 * 1024;

  private static final List<String> INHERITED = List.of("PATH", "HOME", "LANG", "TZ");

  private ProcEnvironment() {}

  static Map<String, String> of(
      SegmentKey segment, SegmentSpec spec, Map<String, String> workerEnvironment) {
    Map<String, String> environment = new TreeMap<>();
    for (String name : INHERITED) {
      String value = workerEnvironment.get(name);
      if (value != null) {
        environment.put(name, value);
      }
    }
    environment.put("PROCGRID_RUN_ID", Long.toString(segment.runId()));
    environment.put("PROCGRID_PROC_NAME", spec.procName());
    environment.put("PROCGRID_SEGMENT_ID", spec.dataSegmentId());
    environment.put("PROCGRID_SEGMENT_NUMBER", Integer.toString(segment.segment()));
    environment.put("PROCGRID_SEGMENT_COUNT", Integer.toString(spec.segmentCount()));
    List<String> omitted = new ArrayList<>();
    new TreeMap<>(spec.parameters())
        .forEach((name, value) -> parameter(environment, omitted, name, value));
    if (!omitted.isEmpty()) {
      environment.put("PROCGRID_PARAMS_OMITTED", String.join(",", omitted));
    }
    environment.putAll(spec.environment());
    return environment;
  }

  private static void parameter(
      Map<String, String> environment, List<String> omitted, String name, String value) {
    String variable = variableOf(name);
    // The kernel's limit is on NAME=value and its final zero; a zero inside cannot be passed
    // either.
    int bytes = variable.length() + 1 + value.getBytes(StandardCharsets.UTF_8).length + 1;
    if (bytes > STRING_BYTES || value.indexOf('\0') >= 0) {
      omitted.add(name);
      return;
    }
    environment.put(variable, value);
  }

  /** The variable of a parameter: upper case, anything but ASCII letters and digits as "_". */
  static String variableOf(String parameter) {
    String upper = parameter.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    return "PROCGRID_PARAM_" + upper;
  }
}
