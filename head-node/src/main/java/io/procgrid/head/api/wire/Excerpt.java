package io.procgrid.head.api.wire;

/** Text of a caller as errors show it: one line, shortened, nothing unprintable. */
public final class Excerpt {
  private static final int LONGEST = 80;

  private Excerpt() {}

  /** The text in double quotes. */
  public static String quoted(String text) {
    return '"' + of(text) + '"';
  }

  /** The text; control characters, halves of surrogate pairs and the like are escaped. */
  public static String of(String text) {
    StringBuilder excerpt = new StringBuilder();
    int shown = 0;
    int index = 0;
    while (index < text.length()) {
      if (shown++ == LONGEST) {
        return excerpt.append("… (%d characters)".formatted(text.length())).toString();
      }
      int character = text.codePointAt(index);
      index += Character.charCount(character);
      if (isPrintable(character)) {
        excerpt.appendCodePoint(character);
      } else {
        excerpt.append("\\u%04x".formatted(character));
      }
    }
    return excerpt.toString();
  }

  private static boolean isPrintable(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
