package io.procgrid.head.api;

import com.google.common.collect.ImmutableMap;
import io.procgrid.head.api.wire.Field;

/** Fields that several records have. */
final class Fields {
  static final Field<String> PROC_NAME = Field.text("proc_name");
  static final Field<String> RUN_ID = Field.text("run_id");
  static final Field<ImmutableMap<String, String>> OPTIONS = Field.textMap("options");
  static final Field<ImmutableMap<String, String>> INFO = Field.textMap("info");

  private Fields() {}
}
