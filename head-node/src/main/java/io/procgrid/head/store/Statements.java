package io.procgrid.head.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The statements of one connection, each prepared once: a run passes through six of them. */
final class Statements {
  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  Statements(Connection connection) {
    this.connection = connection;
  }

  /**
   * Carries a statement out.
   *
   * @param values String, Long, Integer, byte[] or null, one for each question mark
   * @return rows changed
   */
  int update(String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    try {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement.executeUpdate();
    } catch (SQLException e) {
      // The driver may have given the statement up: it would fail for ever.
      giveUp(sql, statement, e);
      throw e;
    }
  }

  private void giveUp(String sql, PreparedStatement statement, SQLException failure) {
    prepared.remove(sql);
    try {
      statement.close();
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }

  /** As {@link #update}, for what must find its row. */
  void updateOne(String missing, String sql, @Nullable Object... values) throws SQLException {
    if (update(sql, values) == 0) {
      throw new MissingRowException(missing);
    }
  }
}
