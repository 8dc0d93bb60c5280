package io.procgrid.head.store;

import java.sql.SQLDataException;
import java.sql.SQLException;

/** Constants of enums as columns hold them: by name. */
final class StoredName {
  private StoredName() {}

  /** The constant; an error when there is none: the database is damaged. */
  static <E extends Enum<E>> E of(Class<E> type, String name) throws SQLException {
    try {
      return Enum.valueOf(type, name);
    } catch (IllegalArgumentException e) {
      throw new SQLDataException("'%s' is no %s".formatted(name, type.getSimpleName()), e);
    }
  }
}
