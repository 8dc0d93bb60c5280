package io.procgrid.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A head or a worker as a child process, started, stopped, frozen and killed like any daemon. */
public final class Daemon {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  private final String name;
  private final List<String> command;
  private final Path log;
  private @Nullable Process process;

  /**
   * A daemon that is not yet started.
   *
   * @param log takes what it writes to stdout and stderr, over all its starts
   */
  public Daemon(String name, List<String> command, Path log) {
    this.name = name;
    this.command = List.copyOf(command);
    this.log = log;
  }

  public String name() {
    return name;
  }

  /** Starts the process; does not wait until it serves. */
  public void start() {
    if (isRunning()) {
      throw new IllegalStateException(name + " is running");
    }
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** Its process id; it must have been started. */
  public long pid() {
    return itself().pid();
  }

  /** SIGKILL; returns when it is gone. */
  public void kill() {
    if (isRunning()) {
      itself().destroyForcibly();
      awaitExit();
    }
  }

  /** SIGTERM; returns the exit code. */
  public int terminate() {
    if (isRunning()) {
      itself().destroy();
    }
    return awaitExit();
  }

  /** SIGSTOP: it lives, holds its sockets, and answers nothing. */
  public void suspend() {
    signal("STOP");
  }

  /** SIGCONT. */
  public void resume() {
    signal("CONT");
    // What stands in front stops with what it waits for.
    Signals.send("CONT", started().pid());
  }

  /** Returns its exit code once it has ended by itself. */
  public int awaitExit() {
    try {
      if (!started().waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("%s (pid %d) does not end\n%s".formatted(name, pid(), log()));
      }
      return started().exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + name, e);
    }
  }

  /** Everything it has written so far. */
  public String log() {
    try {
      return Files.exists(log)
          ? new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
          : "(nothing written)";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void signal(String signal) {
    Signals.send(signal, pid());
  }

  /** The daemon's own process: a program that goes into a pid namespace stays its parent. */
  private ProcessHandle itself() {
    ProcessHandle front = started().toHandle();
    return LivePids.text(front.pid(), "comm").startsWith("nsenter")
        ? front.children().findFirst().orElse(front)
        : front;
  }

  private Process started() {
    if (process == null) {
      throw new IllegalStateException(name + " was never started");
    }
    return process;
  }
}
