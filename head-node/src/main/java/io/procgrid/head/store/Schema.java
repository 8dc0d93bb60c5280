package io.procgrid.head.store;

import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;

/** The tables, brought to this version by the migrations in {@code db/migration}. */
final class Schema {
  private final Flyway flyway;
  private final StoreFile file;

  Schema(StoreFile file, DataSource source) {
    this.file = file;
    this.flyway =
        Flyway.configure()
            .dataSource(source)
            .locations("classpath:db/migration")
            .loggers("slf4j")
            .placeholders(Map.of("id", "INTEGER", "bytes", "BLOB", "clustered", "WITHOUT ROWID"))
            .load();
  }

  /** Carries out what is missing. A store of a newer version is left untouched. */
  void migrate() throws StoreException {
    MigrationInfoService info = flyway.info();
    for (MigrationInfo applied : info.applied()) {
      MigrationState state = applied.getState();
      if (state == MigrationState.FUTURE_SUCCESS || state == MigrationState.FUTURE_FAILED) {
        throw new StoreException(
            "store %s: made by a newer version of ProcGrid (schema %s, this one knows up to %s); run that version, or restore a backup made before the upgrade"
                .formatted(file.path(), applied.getVersion(), latestKnown(info)));
      }
    }
    flyway.migrate();
  }

  private static String latestKnown(MigrationInfoService info) {
    String latest = "0";
    for (MigrationInfo migration : info.all()) {
      if (migration.getVersion() != null && migration.getState().isResolved()) {
        latest = migration.getVersion().toString();
      }
    }
    return latest;
  }
}
