package io.procgrid.it;

import com.google.common.base.Splitter;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the JVM remembers of a daemon's start, so that the thousand daemons of the tests start in
 * half the time: its ahead-of-time cache of loaded and linked classes (JEP 483, JEP 514). Made once
 * per build, below target, by a small cluster that is started for it.
 */
final class StartupCache {
  private static final Path FOLDER = Path.of("target", "startup-cache").toAbsolutePath();

  private static @Nullable StartupCache instance;

  private final List<String> ofHead;
  private final List<String> ofWorker;

  private StartupCache(List<String> ofHead, List<String> ofWorker) {
    this.ofHead = List.copyOf(ofHead);
    this.ofWorker = List.copyOf(ofWorker);
  }

  /** The one of this build; the first call may make it, which takes some seconds. */
  static synchronized StartupCache get() {
    if (instance == null) {
      // The daemons that make it have none.
      instance = new StartupCache(List.of(), List.of());
      try {
        instance = findOrMake();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return instance;
  }

  /** The JVM's options that let a head use it; may be empty. */
  List<String> ofHead() {
    return ofHead;
  }

  /** The same for a worker. */
  List<String> ofWorker() {
    return ofWorker;
  }

  private static StartupCache findOrMake() throws IOException {
    if (!isCacheable(DaemonCommand.headClassPath())) {
      return new StartupCache(List.of(), List.of());
    }
    Files.createDirectories(FOLDER);
    Path head = cacheFor("head", DaemonCommand.headClassPath());
    Path worker = cacheFor("worker", DaemonCommand.workerClassPath());
    // The tests run in several JVMs at once: the first makes it, the others wait.
    try (FileChannel channel =
            FileChannel.open(
                FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      if (!Files.exists(head) || !Files.exists(worker)) {
        new StartupTraining(head, worker).run();
      }
    }
    return new StartupCache(use(head), use(worker));
  }

  private static List<String> use(Path cache) {
    return List.of("-XX:AOTCache=" + cache);
  }

  /** The JVM caches classes of jars only; an IDE has them in folders. */
  private static boolean isCacheable(String classPath) {
    return entriesOf(classPath).stream().allMatch(Files::isRegularFile);
  }

  private static List<Path> entriesOf(String classPath) {
    return Splitter.on(File.pathSeparatorChar).splitToStream(classPath).map(Path::of).toList();
  }

  /** Named after all that it was made from: a cache of other jars is of no use. */
  private static Path cacheFor(String daemon, String classPath) throws IOException {
    Hasher hash = Hashing.sha256().newHasher();
    hash.putString(System.getProperty("java.vm.version"), StandardCharsets.UTF_8);
    for (Path entry : entriesOf(classPath)) {
      hash.putString(entry.toString(), StandardCharsets.UTF_8);
      hash.putLong(Files.size(entry)).putLong(Files.getLastModifiedTime(entry).toMillis());
    }
    return FOLDER.resolve("%s-%s.aot".formatted(daemon, hash.hash().toString().substring(0, 16)));
  }
}
