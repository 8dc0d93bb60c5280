package io.procgrid.common.rpc;

import io.grpc.Metadata;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * The secret that every call between head and worker carries, so that no other local user can drive
 * a worker. It lies in a file of mode 0600.
 */
public final class ClusterSecret {
  static final Metadata.Key<String> HEADER =
      Metadata.Key.of("procgrid-secret", Metadata.ASCII_STRING_MARSHALLER);
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final String value;

  private ClusterSecret(String value) {
    this.value = value;
  }

  /** Reads the secret; fails when others than the owner may read the file. */
  public static ClusterSecret read(Path file) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (!OWNER_ONLY.containsAll(permissions)) {
      throw new IOException(
          "%s may be read by others (%s); run: chmod 600 %s"
              .formatted(file, PosixFilePermissions.toString(permissions), file));
    }
    String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
    if (text.length() < 32) {
      throw new IOException("%s holds no secret: expected at least 32 characters".formatted(file));
    }
    return new ClusterSecret(text);
  }

  /** Reads the secret, made first when the file is not there. */
  public static ClusterSecret readOrCreate(Path file) throws IOException {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    Path draft = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid());
    Files.deleteIfExists(draft);
    Files.createFile(draft, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    Files.writeString(draft, HexFormat.of().formatHex(random) + "\n", StandardOpenOption.WRITE);
    try {
      // A link, unlike a move, never replaces the secret that a daemon beside us made at the same
      // moment.
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException e) {
      // Theirs is as good.
    } finally {
      Files.delete(draft);
    }
    return read(file);
  }

  /** The secret itself, for the header. */
  String value() {
    return value;
  }

  /** Compares in constant time. */
  boolean matches(String candidate) {
    return MessageDigest.isEqual(
        value.getBytes(StandardCharsets.US_ASCII), candidate.getBytes(StandardCharsets.UTF_8));
  }
}
