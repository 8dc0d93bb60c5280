package io.procgrid.common.run;

import java.util.List;
import java.util.Map;

/**
 * Everything a worker needs to run one segment.
 *
 * @param procName name of the proc
 * @param dataSegmentId key of the segment on the REST wire: (worker number - 1) × 1000 + slot, or
 *     "0"
 * @param segmentCount segments of the run
 * @param bundleHash content hash of the proc's files; {@link #NO_FILES} when it has none
 * @param command as given at create: resolved from the proc's folder, then by PATH; empty = the
 *     bundle's only file
 * @param arguments arguments of the command, in order
 * @param parameters parameters of the run; the environment is derived from them
 * @param environment additional environment of the proc ({@code env.*})
 * @param waitForTree false: what the leader leaves behind is killed when it ends; true: the segment
 *     goes on until the whole tree ended
 * @param maxOutputLines latest lines of stdout and of stderr that status may show; 0 = none
 */
public record SegmentSpec(
    String procName,
    String dataSegmentId,
    int segmentCount,
    String bundleHash,
    String command,
    List<String> arguments,
    Map<String, String> parameters,
    Map<String, String> environment,
    boolean waitForTree,
    int maxOutputLines) {
  /** Content hash of a bundle without files: the SHA-256 of a zip archive without entries. */
  public static final String NO_FILES =
      "8739c76e681f900923b900c9df0ef75cf421d39cabb54650c4b9ad19b6a76d85";

  public SegmentSpec {
    arguments = List.copyOf(arguments);
    parameters = Map.copyOf(parameters);
    environment = Map.copyOf(environment);
  }
}
