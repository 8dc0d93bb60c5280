package io.procgrid.head.store;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A disk that fails at COMMIT: connections to a real database whose commits fail as they are told.
 */
final class FailingCommits implements DataSource {
  /** What happens to a COMMIT that fails. */
  enum Failure {
    /** It takes place all the same. */
    DONE_BUT_NOT_SAID,
    /** It does not take place. */
    NOT_DONE
  }

  private final DataSource real;
  private final Queue<Failure> planned = new ConcurrentLinkedQueue<>();

  FailingCommits(DataSource real) {
    this.real = real;
  }

  /** The next commits fail so, one each. */
  void plan(Failure... failures) {
    planned.addAll(List.of(failures));
  }

  private Object beforeStatement(
      PreparedStatement statement, String sql, Method method, Object[] arguments) throws Throwable {
    Failure failure =
        sql.equals("COMMIT") && method.getName().equals("executeUpdate") ? planned.poll() : null;
    if (failure == null) {
      return invoke(statement, method, arguments);
    }
    switch (failure) {
      case DONE_BUT_NOT_SAID -> statement.executeUpdate();
      case NOT_DONE -> statement.getConnection().createStatement().execute("ROLLBACK");
    }
    throw new SQLiteException("disk I/O error", SQLiteErrorCode.SQLITE_IOERR_FSYNC);
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = real.getConnection();
    return proxy(
        Connection.class,
        (method, arguments) -> {
          Object result = invoke(connection, method, arguments);
          if (result instanceof PreparedStatement statement) {
            String sql = (String) arguments[0];
            return proxy(
                PreparedStatement.class,
                (call, values) -> beforeStatement(statement, sql, call, values));
          }
          return result;
        });
  }

  private interface Call {
    Object make(Method method, Object[] arguments) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> call.make(method, arguments)));
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return getConnection();
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return real.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter writer) throws SQLException {
    real.setLogWriter(writer);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    real.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return real.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getLogger(Logger.GLOBAL_LOGGER_NAME);
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return real.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return real.isWrapperFor(type);
  }
}
