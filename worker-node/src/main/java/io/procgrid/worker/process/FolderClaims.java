package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.Errno;
import io.procgrid.worker.process.linux.FolderLock;
import io.procgrid.worker.process.linux.SystemCallException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Folders of workers that are gone, each locked while anybody of this process acts in it: their
 * worker does not start meanwhile, and no other one acts there.
 */
final class FolderClaims {
  private static final class Held {
    final FolderLock lock;
    int users;

    Held(FolderLock lock) {
      this.lock = lock;
    }
  }

  private final Map<Path, Held> held = new HashMap<>();

  /** The right to act in a folder. */
  interface Claim extends AutoCloseable {
    @Override
    void close();
  }

  /** Claims a folder; empty when a worker that lives holds it, or it is gone. */
  synchronized Optional<Claim> claim(Path folder) throws SystemCallException {
    Held folderHeld = held.get(folder);
    if (folderHeld == null) {
      Optional<FolderLock> lock = lock(folder);
      if (lock.isEmpty()) {
        return Optional.empty();
      }
      folderHeld = new Held(lock.get());
      held.put(folder, folderHeld);
    }
    folderHeld.users++;
    return Optional.of(() -> release(folder));
  }

  private synchronized void release(Path folder) {
    Held folderHeld = held.get(folder);
    if (folderHeld != null && --folderHeld.users == 0) {
      held.remove(folder);
      folderHeld.lock.close();
    }
  }

  private static Optional<FolderLock> lock(Path folder) throws SystemCallException {
    try {
      return FolderLock.tryAlone(folder);
    } catch (SystemCallException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
