package io.procgrid.head.store;

import com.google.common.collect.ImmutableList;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.Recovered;
import io.procgrid.head.core.Selector;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * The head's durable state, in {@code store/procgrid.db} of its data folder.
 *
 * <p>Opening it begins a term: a new epoch is durable before {@link #open} returns, and from then
 * on the head before can store nothing. What is answered as stored survives the death of process
 * and host at any moment.
 */
public final class HeadStore implements RunArchive, BundleArchive, AutoCloseable {
  private static final int READERS = 4;

  private final StoreFile file;
  private final Recovered recovered;
  private final FencedConnection connection;
  private final HikariDataSource readers;
  private final Jdbi reading;
  private @Nullable GroupWriter writer;

  private HeadStore(
      StoreFile file, Recovered recovered, FencedConnection connection, HikariDataSource readers) {
    this.file = file;
    this.recovered = recovered;
    this.connection = connection;
    this.readers = readers;
    this.reading = Jdbi.create(readers);
  }

  /**
   * Opens the store, or makes it, and begins a term.
   *
   * @param directory the head's data folder
   * @param bootId boot of this host; empty where it is not known
   * @throws StoreException when the store is of a newer version, damaged, or cannot be written
   */
  public static HeadStore open(Path directory, String bootId) throws StoreException {
    return open(directory, bootId, 1);
  }

  /**
   * As {@link #open(Path, String)}, with an epoch of at least that counter.
   *
   * @param leastCounter at least 1
   */
  public static HeadStore open(Path directory, String bootId, long leastCounter)
      throws StoreException {
    StoreFile file = StoreFile.in(directory);
    DataSource writing = file.forWriting();
    try {
      new Schema(file, writing).migrate();
      try (Handle handle = Jdbi.open(writing)) {
        handle.execute("BEGIN IMMEDIATE");
        Term term = Term.begin(handle, bootId, leastCounter);
        handle.execute("DELETE FROM bundle WHERE " + ProcTable.UNUSED_BUNDLE);
        Recovered recovered = new Recovery(handle).read(term);
        handle.execute("COMMIT");
        FencedConnection connection =
            new FencedConnection(writing, file.diagnosis(), term.epoch(), term.latestCommit());
        return new HeadStore(file, recovered, connection, pool(file.forReading()));
      }
    } catch (RuntimeException e) {
      // What the libraries throw for an error of the database, each in its own wrapping.
      throw new StoreException(file.diagnosis().of(e), e);
    }
  }

  private static HikariDataSource pool(DataSource source) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("store-readers");
    config.setDataSource(source);
    config.setConnectionInitSql(StoreFile.READ_ONLY);
    config.setMaximumPoolSize(READERS);
    config.setMinimumIdle(1);
    return new HikariDataSource(config);
  }

  /** What the store held when the term began. */
  public Recovered recovered() {
    return recovered;
  }

  /**
   * Begins to write. To be called once, before {@link #persist}.
   *
   * @param listener gets one {@link HeadEvent.Stored} or {@link HeadEvent.StoreFailed} for each
   *     Persist, in their order, on the writer's thread; must not block
   * @param fatal gets the reason, one line, on the writer's thread, when nothing will be stored any
   *     more because another head took over or the writer broke: the head must stop at once
   */
  public void start(Consumer<HeadEvent> listener, Consumer<String> fatal) {
    if (writer != null) {
      throw new IllegalStateException("the store was started before");
    }
    writer = new GroupWriter(connection, listener, fatal);
    writer.start();
  }

  /**
   * Makes mutations durable; never blocks. Calls must come in the order of tickets, from one thread
   * at a time.
   */
  public void persist(HeadEffect.Persist persist) {
    running().submit(persist);
  }

  /**
   * Marks, after all that was given to {@link #persist} before, that the head stops in order: the
   * next start is a cluster start. Returns when that is durable.
   */
  public void orderedStop() throws StoreException {
    Attempt attempt;
    try {
      attempt = running().stopInOrder().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(notMarked("interrupted"), e);
    } catch (ExecutionException e) {
      throw new StoreException(notMarked(file.diagnosis().of(e)), e);
    }
    switch (attempt) {
      case Attempt.Stored() -> {}
      case Attempt.NotStored(String reason, boolean ownFault) ->
          throw new StoreException(notMarked(reason));
      case Attempt.Superseded(String reason) -> throw new StoreException(notMarked(reason));
      case Attempt.Unknown(long commit, String reason) ->
          throw new StoreException(
              "it is unknown whether the next start will be a cluster start: " + reason);
    }
  }

  private static String notMarked(String reason) {
    return "the stop could not be noted, so the next start will not be a cluster start: " + reason;
  }

  private GroupWriter running() {
    if (writer == null) {
      throw new IllegalStateException("the store was not started");
    }
    return writer;
  }

  @Override
  public ImmutableList<ArchivedRun> find(Selector selector) {
    return read(handle -> new RunSearch(selector).in(handle));
  }

  @Override
  public Optional<byte[]> read(String hash) {
    return read(handle ->
        handle
            .createQuery("SELECT archive FROM bundle WHERE hash = :hash")
            .bind("hash", hash)
            .mapTo(byte[].class)
            .findOne());
  }

  private <T> T read(HandleCallback<T, RuntimeException> query) {
    try {
      return reading.inTransaction(query);
    } catch (JdbiException | IllegalArgumentException e) {
      throw new StoreReadException(file.diagnosis().of(e), e);
    }
  }

  /** Stores what was given to {@link #persist}, answers it, and closes the file. */
  @Override
  public void close() {
    if (writer != null) {
      writer.close();
    }
    connection.close();
    readers.close();
  }
}
