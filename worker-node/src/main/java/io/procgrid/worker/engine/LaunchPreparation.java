package io.procgrid.worker.engine;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.worker.journal.BundleStore;
import io.procgrid.worker.journal.DeletedTree;
import io.procgrid.worker.journal.SegmentFolder;
import io.procgrid.worker.process.LaunchException;
import io.procgrid.worker.process.LaunchPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Gives a segment a fresh working folder with copies of its files, and says what to execute. */
final class LaunchPreparation {
  private final BundleStore bundles;
  private final Map<String, String> workerEnvironment;
  private final CommandResolver commands;

  /**
   * @param workerEnvironment environment of the worker, of which procs see a part
   */
  LaunchPreparation(BundleStore bundles, Map<String, String> workerEnvironment) {
    this.bundles = bundles;
    this.workerEnvironment = Map.copyOf(workerEnvironment);
    this.commands = new CommandResolver(workerEnvironment.getOrDefault("PATH", ""));
  }

  LaunchPlan prepare(SegmentKey segment, SegmentSpec spec, SegmentFolder folder)
      throws LaunchException {
    Path work = folder.work();
    try {
      DeletedTree.delete(work);
      Files.createDirectory(work);
      bundles.unpack(spec.bundleHash(), work);
    } catch (IOException e) {
      throw new LaunchException(
          "the files of proc %s (bundle %s) cannot be put into %s: %s"
              .formatted(spec.procName(), spec.bundleHash(), work, e),
          e);
    }
    return new LaunchPlan(
        commands.resolve(spec.command(), work),
        spec.arguments(),
        ProcEnvironment.of(segment, spec, workerEnvironment),
        work,
        folder.stdout(),
        folder.stderr());
  }
}
