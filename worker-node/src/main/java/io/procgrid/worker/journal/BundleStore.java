package io.procgrid.worker.journal;

import com.google.common.collect.ImmutableSet;
import io.procgrid.common.daemon.AtomicFile;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.worker.process.ForkGuard;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * The files of procs as the head sent them: zip archives named by their SHA-256, unpacked anew for
 * each segment, so that no segment can change the files of another.
 */
public final class BundleStore {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern FILE = Pattern.compile("([0-9a-f]{64})\\.zip");

  private final Path directory;

  /** Held while an archive gets its name or loses it. */
  private final ReentrantLock naming = new ReentrantLock();

  /**
   * @param directory made when it is not there; unfinished uploads of an earlier process go
   */
  public BundleStore(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
    try (DirectoryStream<Path> drafts = Files.newDirectoryStream(directory, "*.part")) {
      for (Path draft : drafts) {
        Files.delete(draft);
      }
    }
  }

  /** Content hashes of what is there. */
  public ImmutableSet<String> hashes() throws IOException {
    ImmutableSet.Builder<String> hashes = ImmutableSet.builder();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Matcher matcher = FILE.matcher(String.valueOf(file.getFileName()));
        if (matcher.matches()) {
          hashes.add(matcher.group(1));
        }
      }
    }
    return hashes.build();
  }

  /**
   * Removes an archive, unless it was written after that time: then it was just sent again.
   *
   * @param millis wall clock, ms since 1970
   */
  public void dropOlder(String hash, long millis) throws IOException {
    Path archive = archive(hash);
    naming.lock();
    try {
      if (Files.exists(archive) && Files.getLastModifiedTime(archive).toMillis() <= millis) {
        Files.delete(archive);
      }
    } finally {
      naming.unlock();
    }
  }

  /**
   * Begins to receive an archive. Close it in any case. One without files is checked and not kept:
   * nothing that needs none fails for want of room.
   */
  public Upload receive(String hash) throws IOException {
    if (!HASH.matcher(hash).matches()) {
      throw new IOException(
          "bundle hash '%s': expected a SHA-256 in lower-case hex".formatted(hash));
    }
    return new Upload(hash);
  }

  private Path archive(String hash) {
    return directory.resolve(hash + ".zip");
  }

  /** An archive on its way. */
  public final class Upload implements AutoCloseable {
    private final String hash;
    private final @Nullable Path draft;
    private final DigestOutputStream out;

    private Upload(String hash) throws IOException {
      this.hash = hash;
      this.draft =
          hash.equals(SegmentSpec.NO_FILES) ? null : Files.createTempFile(directory, hash, ".part");
      this.out =
          new DigestOutputStream(
              draft == null ? OutputStream.nullOutputStream() : Files.newOutputStream(draft),
              sha256());
    }

    public void write(byte[] bytes) throws IOException {
      out.write(bytes);
    }

    /** Durable when it returns; refused when the content is not what its name says. */
    public void finish() throws IOException {
      out.close();
      String actual = HexFormat.of().formatHex(out.getMessageDigest().digest());
      if (!actual.equals(hash)) {
        throw new IOException("bundle %s arrived as %s; send it again".formatted(hash, actual));
      }
      if (draft == null) {
        return;
      }
      checkNames(draft);
      try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      naming.lock();
      try {
        Files.move(
            draft,
            archive(hash),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } finally {
        naming.unlock();
      }
      AtomicFile.syncDirectory(directory);
    }

    @Override
    public void close() throws IOException {
      out.close();
      if (draft != null) {
        Files.deleteIfExists(draft);
      }
    }
  }

  /** Unpacks a bundle into an empty folder; every file is executable. */
  public void unpack(String hash, Path target) throws IOException {
    if (hash.equals(SegmentSpec.NO_FILES)) {
      return;
    }
    Path root = target.toAbsolutePath().normalize();
    try (ZipFile zip = new ZipFile(archive(hash).toFile())) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        Path path = inside(root, entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(path);
          continue;
        }
        Path parent = path.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        try (ForkGuard.Hold _ = ForkGuard.writing();
            InputStream in = zip.getInputStream(entry);
            OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW)) {
          in.transferTo(out);
        }
        if (!path.toFile().setExecutable(true, false) || !path.toFile().setReadable(true, false)) {
          throw new IOException(path + " cannot be made executable");
        }
      }
    }
  }

  private static void checkNames(Path archive) throws IOException {
    Path root = Path.of("/root-of-bundle");
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      for (String name : zip.stream().map(ZipEntry::getName).toList()) {
        inside(root, name);
      }
    }
  }

  /** Where an entry goes; one that would leave the folder is refused. */
  private static Path inside(Path root, String name) throws ZipException {
    Path path;
    try {
      path = root.resolve(name).normalize();
    } catch (InvalidPathException e) {
      throw new ZipException(
          "entry '%s' of the archive is no file name on this host: %s"
              .formatted(name, e.getReason()));
    }
    if (!path.startsWith(root) || path.equals(root)) {
      throw new ZipException("entry '%s' of the archive leaves its folder".formatted(name));
    }
    return path;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
