package io.procgrid.head.stop;

import io.procgrid.common.config.ConfigurationException;
import io.procgrid.common.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Has everything that runs in a data directory killed, and says what lives on.
 *
 * <p>{@code --data-dir DIR --step kill-runs} asks the head, over REST; {@code --step kill-all} asks
 * each worker of the directory itself, with the head down. Exit code 0: proven, nothing lives on;
 * 1: something does, or may, each named on a line; 2: wrong usage.
 */
public final class ClusterStop {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private ClusterStop() {}

  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments), System.out, System.err));
  }

  static int run(List<String> arguments, Appendable out, Appendable err) {
    try {
      Settings settings = Settings.parse(arguments, Set.of("data-dir", "step"), Set.of());
      Path dataDir = Path.of(settings.requiredText("data-dir"));
      List<String> survivors =
          switch (settings.requiredText("step")) {
            case "kill-runs" -> new RunKiller(dataDir, out).kill(PATIENCE);
            case "kill-all" -> new WorkerKiller(dataDir, out).kill(PATIENCE);
            default -> throw settings.invalid("step", "must be kill-runs or kill-all");
          };
      for (String survivor : survivors) {
        err.append("lives on: ").append(survivor).append('\n');
      }
      return survivors.isEmpty() ? 0 : 1;
    } catch (ConfigurationException e) {
      return complain(err, String.valueOf(e.getMessage()), ConfigurationException.EXIT_CODE);
    } catch (IOException e) {
      return complain(err, "what lives on is not known: " + e.getMessage(), 1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return complain(err, "what lives on is not known: interrupted", 1);
    }
  }

  private static int complain(Appendable err, String message, int exitCode) {
    try {
      err.append(message).append('\n');
    } catch (IOException e) {
      // Nobody reads: the exit code says it.
    }
    return exitCode;
  }
}
