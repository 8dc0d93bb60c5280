package io.procgrid.head.api;

import com.google.common.base.Splitter;
import io.procgrid.head.api.wire.Excerpt;
import io.procgrid.head.api.wire.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Where the files of a proc may lie: below its folder, and nowhere else. */
final class FilePaths {
  /** Longest name within a folder on common file systems, bytes. */
  private static final int LONGEST_NAME = 255;

  /** Leaves room for the folder that the proc gets, bytes. */
  private static final int LONGEST_PATH = 2048;

  private FilePaths() {}

  /**
   * Checks the paths of all files of a proc.
   *
   * @throws InvalidRequestException for the first that cannot be
   */
  static void check(Set<String> paths) {
    for (String path : paths) {
      check(path);
    }
    for (String path : paths) {
      for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
        String folder = path.substring(0, slash);
        if (paths.contains(folder)) {
          throw invalid(
              path,
              "%s is a file and a folder at once; rename one of them"
                  .formatted(Excerpt.quoted(folder)));
        }
      }
    }
  }

  private static void check(String path) {
    if (path.startsWith("kifs://")) {
      throw invalid(path, "kifs:// files are not supported yet; send the content itself");
    }
    if (path.isEmpty()) {
      throw invalid(path, "the path is empty; name the file");
    }
    if (path.startsWith("/")) {
      throw invalid(path, "the path is absolute; name the file relative to the proc's folder");
    }
    if (path.endsWith("/")) {
      throw invalid(path, "the path ends in a slash; name a file, folders come by themselves");
    }
    if (path.chars()
        .anyMatch(character -> Character.isISOControl(character) || character == '\\')) {
      throw invalid(
          path, "the path has a backslash or a control character; use / and printable ones");
    }
    if (path.getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
      throw invalid(path, "the path is longer than %d bytes; shorten it".formatted(LONGEST_PATH));
    }
    for (String name : Splitter.on('/').split(path)) {
      checkName(path, name);
    }
  }

  private static void checkName(String path, String name) {
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw invalid(
          path,
          "the path has the part %s; write it plainly, and below the proc's folder"
              .formatted(Excerpt.quoted(name)));
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      throw invalid(
          path, "a name in the path is longer than %d bytes; shorten it".formatted(LONGEST_NAME));
    }
  }

  private static InvalidRequestException invalid(String path, String fix) {
    return new InvalidRequestException("files: %s: %s".formatted(Excerpt.quoted(path), fix));
  }
}
