package io.procgrid.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures, by hand, what a caller waits for, and beside it in the same run what the operating
 * system and the disk take for the same thing. Run it on an idle machine; the command is in
 * CONTRIBUTING.md.
 */
public final class Figures {
  private static final int ROUNDS = 200;
  private static final int WARM_UP = 50;
  private static final long GLANCE_NANOS = 20_000;

  private final TestCluster cluster;
  private final Figure kill = new Figure("REST kill of one running proc");
  private final Figure start = new Figure("REST execute -> first line of the proc");
  private final Figure spawn = new Figure("posix_spawn, bare");
  private final Figure death = new Figure("SIGKILL -> pidfd readable, bare");
  private final Figure commit = new Figure("SQLite commit, WAL, synchronous=FULL");

  private Figures(TestCluster cluster) {
    this.cluster = cluster;
  }

  /** Takes no arguments; its java.io.tmpdir is where data directories are made. */
  public static void main(String[] arguments) throws Exception {
    try (TestCluster cluster = TestCluster.start(ClusterShape.USUAL)) {
      new Figures(cluster).measure();
    }
  }

  private void measure() throws Exception {
    String proc =
        cluster
            .procs()
            .create(
                ProcDraft.shell(
                    ": >%s/$PROCGRID_RUN_ID\nexec sleep 86400".formatted(cluster.scratch())));
    try (BareCommit database = new BareCommit(cluster.scratch().resolve("bare.db"));
        BareProcess bare = new BareProcess(cluster.scratch())) {
      for (int round = -WARM_UP; round < ROUNDS; round++) {
        measureOnce(proc, database, bare, round >= 0);
      }
    }
    print();
  }

  private void measureOnce(String proc, BareCommit database, BareProcess bare, boolean counts)
      throws Exception {
    long executed = System.nanoTime();
    String run = cluster.procs().execute(proc);
    awaitFile(cluster.scratch().resolve(run));
    long running = System.nanoTime();
    KillAnswer answer = cluster.procs().kill(run);
    long killed = System.nanoTime();
    if (!answer.runIds().contains(run)) {
      throw new IllegalStateException("run %s was not killed: %s".formatted(run, answer));
    }
    long spawning = bare.spawn();
    long dying = bare.kill();
    long committing = database.commit();
    if (counts) {
      start.add(running - executed);
      kill.add(killed - running);
      spawn.add(spawning);
      death.add(dying);
      commit.add(committing);
    }
  }

  private static void awaitFile(Path file) {
    while (!Files.exists(file)) {
      LockSupport.parkNanos(GLANCE_NANOS);
    }
  }

  private void print() {
    System.out.printf("%-44s %11s %11s %10s%n", "of " + ROUNDS, "median", "p99", "ratio");
    for (Figure figure : List.of(spawn, start)) {
      System.out.println(figure.row(spawn));
    }
    for (Figure figure : List.of(death, kill)) {
      System.out.println(figure.row(death));
    }
    System.out.println(commit.row(commit));
  }

  /** Commits on a database of its own, as a limit for everything that must be durable first. */
  private static final class BareCommit implements AutoCloseable {
    private final Connection connection;
    private final PreparedStatement insert;

    BareCommit(Path file) throws SQLException {
      connection = DriverManager.getConnection("jdbc:sqlite:" + file);
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA journal_mode = WAL");
        statement.execute("PRAGMA synchronous = FULL");
        statement.execute("CREATE TABLE run (id INTEGER PRIMARY KEY, tag TEXT)");
      }
      insert = connection.prepareStatement("INSERT INTO run (tag) VALUES ('x')");
    }

    /** Inserts one row durably; returns the time it took, ns. */
    long commit() throws SQLException {
      long started = System.nanoTime();
      insert.executeUpdate();
      return System.nanoTime() - started;
    }

    @Override
    public void close() throws SQLException {
      insert.close();
      connection.close();
    }
  }
}
