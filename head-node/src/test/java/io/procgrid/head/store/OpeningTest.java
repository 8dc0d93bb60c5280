package io.procgrid.head.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.procgrid.head.core.Recovered;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Terms, cluster starts, and stores that cannot be opened. */
class OpeningTest {
  private static final String BOOT = StoreUnderTest.BOOT;

  @TempDir Path directory;

  private Recovered openAndCrash(String bootId) throws StoreException {
    try (StoreUnderTest store = StoreUnderTest.open(directory, bootId)) {
      return store.recovered();
    }
  }

  private Recovered openAndStopInOrder() throws StoreException {
    try (StoreUnderTest store = StoreUnderTest.open(directory, BOOT)) {
      store.store().orderedStop();
      return store.recovered();
    }
  }

  @Test
  void everyTermHasAHigherEpochAndANonceOfItsOwn() throws StoreException {
    Recovered first = openAndCrash(BOOT);
    Recovered second = openAndCrash(BOOT);

    assertThat(second.clusterId()).isEqualTo(first.clusterId());
    assertThat(second.epoch().counter()).isEqualTo(first.epoch().counter() + 1);
    assertThat(second.epoch().nonce()).isNotEqualTo(first.epoch().nonce());
  }

  @Test
  void epochPassesTheCounterItIsGiven() throws StoreException {
    try (HeadStore store = HeadStore.open(directory, BOOT, 40)) {
      assertThat(store.recovered().epoch().counter()).isEqualTo(40);
    }
    try (HeadStore store = HeadStore.open(directory, BOOT, 7)) {
      assertThat(store.recovered().epoch().counter()).isEqualTo(41);
    }
  }

  @Test
  void everyStoreHasAClusterIdOfItsOwn() throws StoreException {
    Recovered one = openAndCrash(BOOT);
    try (HeadStore other = HeadStore.open(directory.resolve("other"), BOOT)) {
      assertThat(other.recovered().clusterId()).isNotEqualTo(one.clusterId());
    }
  }

  @Test
  void firstStartOfAStoreIsAClusterStart() throws StoreException {
    assertThat(openAndCrash(BOOT).clusterStart()).isEqualTo(1);
  }

  @Test
  void startAfterACrashIsNoClusterStart() throws StoreException {
    openAndCrash(BOOT);
    assertThat(openAndCrash(BOOT).clusterStart()).isEqualTo(1);
  }

  @Test
  void startAfterAnOrderedStopIsAClusterStartOnce() throws StoreException {
    openAndStopInOrder();
    assertThat(openAndCrash(BOOT).clusterStart()).isEqualTo(2);
    assertThat(openAndCrash(BOOT).clusterStart()).isEqualTo(2);
  }

  @Test
  void startAfterAReboot() throws StoreException {
    openAndCrash(BOOT);
    assertThat(openAndCrash("another boot").clusterStart()).isEqualTo(2);
    assertThat(openAndCrash("another boot").clusterStart()).isEqualTo(2);
  }

  @Test
  void bootIdThatIsNotKnownIsNoReboot() throws StoreException {
    openAndCrash(BOOT);
    assertThat(openAndCrash("").clusterStart()).isEqualTo(1);
    assertThat(openAndCrash(BOOT).clusterStart()).isEqualTo(1);
  }

  @Test
  void othersMayNotReadTheStore() throws StoreException, IOException {
    openAndCrash(BOOT);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())))
        .isEqualTo("rwx------");
  }

  @Test
  void storeOfANewerVersionIsLeftUntouched() throws StoreException, SQLException, IOException {
    Recovered before = openAndCrash(BOOT);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database());
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(
          """
          INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,
            checksum, installed_by, installed_on, execution_time, success)
          VALUES (99, '99', 'later', 'SQL', 'V99__later.sql', 1, '', '2030-01-01 00:00:00.000', 1, 1)
          """);
    }

    assertThatThrownBy(() -> HeadStore.open(directory, BOOT))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(database().toString())
        .hasMessageContaining("newer version of ProcGrid (schema 99, this one knows up to 3)")
        .hasMessageNotContaining("\n");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database());
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("DELETE FROM flyway_schema_history WHERE version = '99'");
    }
    assertThat(openAndCrash(BOOT).epoch().counter()).isEqualTo(before.epoch().counter() + 1);
  }

  @Test
  void fileThatIsNoDatabaseIsSaidToBeDamaged() throws IOException {
    Files.createDirectories(folder());
    Files.writeString(database(), "this is no database, whatever its name says. ".repeat(100));

    assertDamaged();
  }

  @Test
  void fileWithOverwrittenPagesIsSaidToBeDamaged() throws StoreException, IOException {
    openAndCrash(BOOT);
    try (RandomAccessFile file = new RandomAccessFile(database().toFile(), "rw")) {
      // The first page tells that it is a database and where all else stands.
      byte[] garbage = new byte[(int) file.length() - 4096];
      Arrays.fill(garbage, (byte) 0x5a);
      file.seek(4096);
      file.write(garbage);
    }

    assertDamaged();
  }

  private void assertDamaged() {
    assertThatThrownBy(() -> HeadStore.open(directory, BOOT))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(database().toString())
        .hasMessageContaining("damaged")
        .hasMessageContaining("restore the folder")
        .hasMessageNotContaining("\n");
  }

  @Test
  void folderThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.createFile(directory.resolve("a-file"));

    assertThatThrownBy(() -> HeadStore.open(file, BOOT))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(file.resolve("store").toString())
        .hasMessageContaining("name a data folder that this user may write");
  }

  @Test
  void databaseThatCannotBeOpenedIsNamed() throws IOException {
    Files.createDirectories(database());

    assertThatThrownBy(() -> HeadStore.open(directory, BOOT))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(database().toString())
        .hasMessageContaining("cannot be written")
        .hasMessageNotContaining("\n");
  }

  private Path folder() {
    return directory.resolve("store");
  }

  private Path database() {
    return folder().resolve("procgrid.db");
  }
}
