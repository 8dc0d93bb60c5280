package io.procgrid.head.api;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.hash.Hashing;
import com.google.protobuf.ByteString;
import io.procgrid.head.core.Bundle;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * The files of a proc as a zip: sorted by path, one fixed time, stored as they are. The same files
 * give the same bytes everywhere, so their hash names them.
 */
final class FileBundle {
  /** Named by zip's own time field alone, without the local time zone; its first moment is not. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

  private FileBundle() {}

  static Bundle pack(Map<String, ByteString> files) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
      for (Map.Entry<String, ByteString> file : ImmutableSortedMap.copyOf(files).entrySet()) {
        zip.putNextEntry(entry(file.getKey(), file.getValue()));
        file.getValue().writeTo(zip);
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    byte[] archive = bytes.toByteArray();
    return new Bundle(Hashing.sha256().hashBytes(archive).toString(), archive);
  }

  private static ZipEntry entry(String path, ByteString content) {
    CRC32 checksum = new CRC32();
    checksum.update(content.asReadOnlyByteBuffer());
    ZipEntry entry = new ZipEntry(path);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.size());
    entry.setCrc(checksum.getValue());
    entry.setTimeLocal(TIME);
    return entry;
  }

  /** The files of an archive that {@link #pack} made. */
  static ImmutableMap<String, ByteString> unpack(byte[] archive) {
    ImmutableMap.Builder<String, ByteString> files = ImmutableMap.builder();
    try (ZipInputStream zip =
        new ZipInputStream(new ByteArrayInputStream(archive), StandardCharsets.UTF_8)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), ByteString.readFrom(zip));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the archive of a proc's files is damaged", e);
    }
    return files.buildOrThrow();
  }
}
