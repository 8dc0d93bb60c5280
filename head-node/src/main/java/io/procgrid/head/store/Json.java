package io.procgrid.head.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * JSON as the columns hold it.
 *
 * <p>It is written in ASCII, all else escaped: so every Java string comes back as it was, with NUL
 * characters and lone surrogates, whatever the database does to text. Nothing is too long for it:
 * what may come in was bounded at the door.
 */
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder(factory()).build();

  private Json() {}

  private static JsonFactory factory() {
    return new JsonFactoryBuilder()
        .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
        // Names of parameters are the callers' own: no table of them is to grow.
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxStringLength(Integer.MAX_VALUE)
                .maxNameLength(Integer.MAX_VALUE)
                .build())
        .build();
  }

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static String print(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON that cannot be printed", e);
    }
  }

  /** Reads what {@link #print} wrote; anything else means that the database is damaged. */
  static JsonNode parse(String text) throws SQLException {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new SQLDataException("a column does not hold JSON: " + e.getOriginalMessage(), e);
    }
  }

  static ArrayNode list(List<String> texts) {
    ArrayNode array = MAPPER.createArrayNode();
    texts.forEach(array::add);
    return array;
  }

  static ImmutableList<String> list(JsonNode array) {
    ImmutableList.Builder<String> texts = ImmutableList.builderWithExpectedSize(array.size());
    array.forEach(text -> texts.add(text.textValue()));
    return texts.build();
  }

  static ObjectNode map(Map<String, String> texts) {
    ObjectNode object = object();
    texts.forEach(object::put);
    return object;
  }

  static ImmutableMap<String, String> map(JsonNode object) {
    ImmutableMap.Builder<String, String> texts = ImmutableMap.builder();
    object.forEachEntry((name, text) -> texts.put(name, text.textValue()));
    return texts.buildOrThrow();
  }
}
