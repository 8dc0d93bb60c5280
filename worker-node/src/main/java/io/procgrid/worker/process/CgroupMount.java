package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.KernelFile;
import io.procgrid.worker.process.linux.SystemCallException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where the hierarchy of cgroups version 2 is mounted: at {@code /sys/fs/cgroup}, or beside version
 * 1 at {@code /sys/fs/cgroup/unified}.
 *
 * @param mountPoint absolute
 * @param root the cgroup that is seen at the mount point
 */
record CgroupMount(Path mountPoint, Path root) {
  // /proc/PID/mountinfo, proc_pid_mountinfo(5): fields up to " - ", then type, source, options.
  private static final int ROOT = 3;
  private static final int MOUNT_POINT = 4;

  /** Looks for it; empty when it is not mounted. */
  static Optional<CgroupMount> find() throws SystemCallException {
    return KernelFile.read("/proc/self/mountinfo")
        .lines()
        .filter(line -> line.contains(" - cgroup2 "))
        .map(line -> List.of(line.split(" ")))
        .map(fields ->
            new CgroupMount(
                Path.of(unescape(fields.get(MOUNT_POINT))), Path.of(unescape(fields.get(ROOT)))))
        .findFirst();
  }

  /** Folder of the cgroup that a process is in. */
  Path cgroupOf(int pid) throws SystemCallException {
    return folder(KernelFile.read("/proc/" + pid + "/cgroup"));
  }

  /** Folder of the cgroup that this process is in. */
  Path own() throws SystemCallException {
    return folder(KernelFile.read("/proc/self/cgroup"));
  }

  private Path folder(String cgroups) {
    Path cgroup =
        cgroups
            .lines()
            .filter(line -> line.startsWith("0::"))
            .map(line -> Path.of(line.substring("0::".length())))
            .findFirst()
            .orElse(root);
    Path below =
        cgroup.startsWith(root) ? root.relativize(cgroup) : Path.of("/").relativize(cgroup);
    return mountPoint.resolve(below).normalize();
  }

  private static String unescape(String field) {
    return field.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\");
  }
}
