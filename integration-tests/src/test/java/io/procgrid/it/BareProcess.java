package io.procgrid.it;

import io.procgrid.worker.process.linux.Descriptor;
import io.procgrid.worker.process.linux.Epoll;
import io.procgrid.worker.process.linux.Pidfd;
import io.procgrid.worker.process.linux.Spawn;
import io.procgrid.worker.process.linux.SystemCallException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Starts and kills one process with system calls and nothing else. */
final class BareProcess implements AutoCloseable {
  private final Path directory;
  private final Descriptor output;
  private final Epoll epoll;
  private @Nullable Pidfd process;

  BareProcess(Path directory) throws SystemCallException {
    this.directory = directory;
    output = Descriptor.openToWrite("/dev/null");
    epoll = new Epoll();
  }

  /** Starts a process; returns the time it took, ns. */
  long spawn() throws SystemCallException {
    Spawn spawn =
        new Spawn(List.of("/bin/sleep", "86400"), Map.of(), directory, output, output, List.of());
    long started = System.nanoTime();
    int pid = spawn.start();
    long elapsed = System.nanoTime() - started;
    process = Pidfd.open(pid);
    epoll.add(process, pid);
    return elapsed;
  }

  /** Kills it; returns the time until its pidfd was readable, ns. */
  long kill() throws SystemCallException {
    if (process == null) {
      throw new IllegalStateException("nothing runs");
    }
    long started = System.nanoTime();
    process.signal(Pidfd.SIGKILL);
    epoll.await();
    long elapsed = System.nanoTime() - started;
    process.reap();
    process.close();
    process = null;
    return elapsed;
  }

  @Override
  public void close() throws SystemCallException {
    if (process != null) {
      kill();
    }
    epoll.close();
    output.close();
  }
}
