package io.procgrid.common.failpoint;

import io.procgrid.common.loop.LoopListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * Lets the process die at a named place, as SIGKILL would: for tests of what survives a crash.
 *
 * <p>The system property {@value #PROPERTY} names a folder. A place is armed by a file of its name
 * in there; the file is removed and the process halts when it is next reached. Without the property
 * there are no failpoints.
 */
public final class Failpoints {
  /** Names the folder. */
  public static final String PROPERTY = "procgrid.failpoints";

  /** What a process ended by SIGKILL is said to exit with. */
  public static final int EXIT_CODE = 137;

  private final Path folder;
  private final Runnable halt;

  Failpoints(Path folder, Runnable halt) {
    this.folder = folder;
    this.halt = halt;
  }

  /** What comes to those of the system property in a loop; looks away when it is not set. */
  public static <I, O> LoopListener<I, O> ofSystemProperty(
      Function<Failpoints, ? extends LoopListener<I, O>> listener) {
    String folder = System.getProperty(PROPERTY);
    return folder == null
        ? LoopListener.none()
        : listener.apply(
            new Failpoints(Path.of(folder), () -> Runtime.getRuntime().halt(EXIT_CODE)));
  }

  /** Comes to a place: does not return when it is armed. */
  public void reach(String name) {
    try {
      Files.delete(folder.resolve(name));
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      throw new IllegalStateException("failpoint %s cannot be taken".formatted(name), e);
    }
    halt.run();
  }
}
