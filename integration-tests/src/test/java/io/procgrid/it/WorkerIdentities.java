package io.procgrid.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Who the workers of a cluster are and have been. A worker whose journal a test moved away is
 * another one from then on, and what it left bears the name of before.
 */
final class WorkerIdentities {
  private static final Pattern FILES =
      Pattern.compile("worker-\\d+\\.json|worker\\.state(\\.copy)?");
  private static final Pattern IDENTITY = Pattern.compile("\"identity\"\\s*:\\s*\"([^\"]+)\"");

  private WorkerIdentities() {}

  /** All that the files of workers in a folder and below name. */
  static Set<String> below(Path folder) {
    Set<String> identities = new TreeSet<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) walk.filter(WorkerIdentities::isOfWorker)::iterator) {
        // Not parsed: a test may have damaged the rest.
        Matcher identity = IDENTITY.matcher(text(file));
        if (identity.find()) {
          identities.add(identity.group(1));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return identities;
  }

  private static boolean isOfWorker(Path path) {
    return FILES.matcher(String.valueOf(path.getFileName())).matches() && Files.isRegularFile(path);
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }
}
