package io.procgrid.worker.journal;

import io.procgrid.common.daemon.AtomicFile;
import io.procgrid.common.id.SegmentKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code set-aside/<segment>-damaged-<time>/}: what was damaged, for people to look at. The journal
 * never reads it again.
 */
final class SetAside {
  private static final Logger log = LoggerFactory.getLogger(SetAside.class);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final Path directory;
  private final InstantSource clock;

  /** Below the folder of a worker. */
  SetAside(Path worker, InstantSource clock) {
    this.directory = worker.resolve("set-aside");
    this.clock = clock;
  }

  /**
   * Gives a damaged record and its spec a second name there, reading nothing of them; durable when
   * it returns. Their own names go when the record is replaced.
   */
  void keep(SegmentKey segment, SegmentFolder folder, String damage) throws IOException {
    Instant now = clock.instant();
    Path target = directory.resolve("%s-damaged-%s".formatted(segment, TIME.format(now)));
    Files.createDirectories(target);
    for (Path file : new Path[] {folder.record(), folder.spec()}) {
      if (Files.exists(file)) {
        Files.createLink(target.resolve(file.getFileName()), file);
      }
    }
    Files.writeString(target.resolve("reason"), damage + "\n");
    AtomicFile.syncDirectory(target);
    AtomicFile.syncDirectory(directory);
    log.error("segment {}: {}; set aside in {}", segment, damage, target);
  }
}
