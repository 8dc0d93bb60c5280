package io.procgrid.worker.process;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.worker.process.linux.Errno;
import io.procgrid.worker.process.linux.KernelFile;
import io.procgrid.worker.process.linux.SystemCallException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of one cgroup of version 2, and of those made below it.
 *
 * @param path absolute
 */
record CgroupLeaf(Path path) {
  /** A directory of cgroupfs has two links and one more for each cgroup below it. */
  private static final int LINKS_WITHOUT_CHILDREN = 2;

  /** The name of a segment's leaf: its key and a nonce. */
  private static final Pattern NAME =
      Pattern.compile("([1-9]\\d{0,17})-([1-9]\\d{0,8})-(\\d{1,9})-[0-9a-z]+");

  /** Where a new leaf of a segment goes. */
  static CgroupLeaf of(Path folder, SegmentKey segment, long nonce) {
    return new CgroupLeaf(folder.resolve(segment + "-" + Long.toHexString(nonce)));
  }

  /** The cgroups in a folder; none when it is gone. */
  static List<CgroupLeaf> below(Path folder) {
    return Stream.of(children(folder)).map(file -> new CgroupLeaf(file.toPath())).toList();
  }

  /** Whose leaf it is; empty when its name is not one that a worker gives. */
  Optional<SegmentKey> segment() {
    Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
    return name.matches()
        ? Optional.of(
            new SegmentKey(
                Long.parseLong(name.group(1)),
                Integer.parseInt(name.group(2)),
                Integer.parseInt(name.group(3))))
        : Optional.empty();
  }

  /** Moves a process in, with all its threads. */
  void enter(int pid) throws SystemCallException {
    KernelFile.write(file("cgroup.procs"), Integer.toString(pid));
  }

  /**
   * Whether anything in it or below it is alive, by reading: the kernel's notification comes up to
   * 10 ms late. A leaf that is gone is empty: the kernel removes no other.
   */
  boolean isPopulated() throws SystemCallException {
    try {
      return KernelFile.read(file("cgroup.events")).contains("populated 1");
    } catch (SystemCallException e) {
      return !isGone(e);
    }
  }

  /** Pids of the live processes in it and below it. */
  Set<Integer> processes() throws SystemCallException {
    Set<Integer> pids = new LinkedHashSet<>();
    collect(path, pids);
    pids.remove(0); // A process of another pid namespace: not to be named, and still populating.
    return pids;
  }

  /**
   * Kills everything in it and below it by one stroke of the kernel, also what is forking, stopped
   * or frozen at that moment; not a process whose first thread has exited.
   */
  void kill() throws SystemCallException {
    try {
      KernelFile.write(file("cgroup.kill"), "1");
    } catch (SystemCallException e) {
      if (!isGone(e) && e.errno() != Errno.EOPNOTSUPP) {
        throw e;
      }
    }
  }

  /** Whether the process is in it or below it now. */
  boolean holds(int pid, CgroupMount mount) throws SystemCallException {
    try {
      return mount.cgroupOf(pid).startsWith(path);
    } catch (SystemCallException e) {
      if (isGone(e)) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Removes it and all below it, from the bottom up.
   *
   * @return false when the kernel is not ready for it; then it is to be tried again
   */
  boolean remove() {
    return remove(path);
  }

  private static boolean remove(Path cgroup) {
    boolean removed = true;
    for (File child : children(cgroup)) {
      removed &= remove(child.toPath());
    }
    try {
      Files.deleteIfExists(cgroup);
      return removed;
    } catch (IOException e) {
      return false;
    }
  }

  private static void collect(Path cgroup, Set<Integer> pids) throws SystemCallException {
    try {
      collect(cgroup, "cgroup.procs", pids);
    } catch (SystemCallException e) {
      if (e.errno() != Errno.EOPNOTSUPP) {
        throw e;
      }
      // Inside a threaded subtree only threads are listed; a thread's id opens no pidfd, but its
      // process is listed by the threaded domain above.
      return;
    }
    if (hasChildren(cgroup)) {
      for (File child : children(cgroup)) {
        collect(child.toPath(), pids);
      }
    }
  }

  private static void collect(Path cgroup, String file, Set<Integer> pids)
      throws SystemCallException {
    try {
      KernelFile.read(cgroup + "/" + file).lines().map(Integer::valueOf).forEach(pids::add);
    } catch (SystemCallException e) {
      if (!isGone(e)) {
        throw e;
      }
    }
  }

  private static boolean hasChildren(Path cgroup) {
    try {
      return (int) Files.getAttribute(cgroup, "unix:nlink") > LINKS_WITHOUT_CHILDREN;
    } catch (IOException e) {
      return false;
    }
  }

  private static File[] children(Path cgroup) {
    File[] children = cgroup.toFile().listFiles(File::isDirectory);
    return children == null ? new File[0] : children;
  }

  private static boolean isGone(SystemCallException e) {
    return e.errno() == Errno.ENOENT || e.errno() == Errno.ENODEV || e.errno() == Errno.ESRCH;
  }

  private String file(String name) {
    return path + "/" + name;
  }
}
