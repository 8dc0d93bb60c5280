package io.procgrid.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Each daemon's data directory on a small file system of its own that can be filled. */
public final class SmallDisks implements ClusterPlaces {
  private static final String SIZE = "24m";
  private static final int BLOCK = 4_096;

  private final List<Path> mounted = new ArrayList<>();

  @Override
  public DaemonPlace head(Path folder) {
    return DaemonPlace.onHost(mount(folder.resolve("disk-head")));
  }

  @Override
  public DaemonPlace worker(int number, Path folder) {
    return DaemonPlace.onHost(
        mount(folder.resolve("disk-worker-" + number)),
        "--secret-file",
        folder.resolve("disk-head/cluster.secret").toString());
  }

  /** Leaves no free byte on the head's disk. */
  public void fillHead() {
    fill(mounted.getFirst());
  }

  /** Gives the head its space back. */
  public void freeHead() {
    free(mounted.getFirst());
  }

  /** Leaves no free byte on a worker's disk. */
  public void fillWorker(int number) {
    fill(mounted.get(number));
  }

  /** Gives a worker its space back. */
  public void freeWorker(int number) {
    free(mounted.get(number));
  }

  @Override
  public void close() {
    mounted.forEach(disk -> HostCommand.run("umount", disk.toString()));
    mounted.clear();
  }

  private Path mount(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    HostCommand.run(
        "mount", "-t", "tmpfs", "-o", "mode=700,size=" + SIZE, "procgrid-test", folder.toString());
    mounted.add(folder);
    return folder;
  }

  private static void fill(Path disk) {
    try (FileChannel file =
        FileChannel.open(filler(disk), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (true) {
        file.write(ByteBuffer.allocate(BLOCK));
      }
    } catch (IOException e) {
      // Full: what this is for.
    }
  }

  private static void free(Path disk) {
    try {
      Files.delete(filler(disk));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path filler(Path disk) {
    return disk.resolve("filler");
  }
}
