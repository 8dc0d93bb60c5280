package io.procgrid.head.store;

import java.sql.SQLException;

/** A mutation needs a row that the store does not have. */
final class MissingRowException extends SQLException {
  MissingRowException(String message) {
    super(message);
  }
}
