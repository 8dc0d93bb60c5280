package io.procgrid.it;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;

/**
 * Where a daemon of a test cluster runs.
 *
 * @param prefix what its command line begins with: a program that goes to the place and becomes the
 *     daemon, or its parent; may be empty
 * @param dataDir its data directory; exists
 * @param options command line arguments that belong to the place
 */
public record DaemonPlace(
    ImmutableList<String> prefix, Path dataDir, ImmutableList<String> options) {
  /** On the host itself, with these arguments. */
  static DaemonPlace onHost(Path dataDir, String... options) {
    return new DaemonPlace(ImmutableList.of(), dataDir, ImmutableList.copyOf(options));
  }
}
