package io.procgrid.it;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The daemons on this host, each worker in a mount namespace where the host's names can be others:
 * so it finds itself after a reboot, or on another machine, from its next start on.
 */
public final class AlteredHosts implements ClusterPlaces {
  private static final String BOOT_ID = "boot_id";
  private static final String MACHINE_ID = "machine-id";
  private static final String CONTAINER = "container";

  /** Covers the host's files by those that the folder has, and becomes the daemon. */
  private static final String COVER =
      """
      set -e
      if [ -e "$0/%s" ]; then mount --bind "$0/%s" /proc/sys/kernel/random/boot_id; fi
      if [ -e "$0/%s" ]; then mount --bind "$0/%s" /etc/machine-id; fi
      if [ -e "$0/%s" ]; then exec unshare --pid --mount-proc --fork --kill-child "$@"; fi
      exec "$@"
      """
          .formatted(BOOT_ID, BOOT_ID, MACHINE_ID, MACHINE_ID, CONTAINER);

  private final Map<Integer, Path> covers = new HashMap<>();

  @Override
  public DaemonPlace head(Path folder) {
    return DaemonPlace.onHost(folder);
  }

  @Override
  public DaemonPlace worker(int number, Path folder) {
    Path cover = folder.resolve("host-of-worker-" + number);
    try {
      Files.createDirectories(cover);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    covers.put(number, cover);
    return new DaemonPlace(
        ImmutableList.of(
            "unshare", "--mount", "--propagation", "private", "sh", "-c", COVER, cover.toString()),
        folder,
        ImmutableList.of());
  }

  /**
   * The worker's next start is one after a reboot of its host. What a reboot ends the test has to
   * end.
   */
  public void reboot(int worker) {
    write(worker, BOOT_ID, UUID.randomUUID().toString());
  }

  /** The worker's next start is one on another machine, that has its data folder. */
  public void move(int worker) {
    write(worker, MACHINE_ID, UUID.randomUUID().toString().replace("-", ""));
    write(worker, BOOT_ID, UUID.randomUUID().toString());
  }

  /** The worker's next starts are each in a container of its own: a new pid namespace. */
  public void contain(int worker) {
    write(worker, CONTAINER, "");
  }

  /** The worker's next start is one on this host again, which was not rebooted. */
  public void moveBack(int worker) {
    try {
      Files.deleteIfExists(cover(worker).resolve(MACHINE_ID));
      Files.deleteIfExists(cover(worker).resolve(BOOT_ID));
      Files.deleteIfExists(cover(worker).resolve(CONTAINER));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names are gone with the namespaces. */
  @Override
  public void close() {}

  private void write(int worker, String file, String text) {
    try {
      // Another file: the one before may still cover that of a worker.
      Path draft = Files.writeString(cover(worker).resolve(file + ".new"), text + "\n");
      Files.move(draft, cover(worker).resolve(file), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path cover(int worker) {
    Path cover = covers.get(worker);
    if (cover == null) {
      throw new IllegalArgumentException("no worker " + worker);
    }
    return cover;
  }
}
