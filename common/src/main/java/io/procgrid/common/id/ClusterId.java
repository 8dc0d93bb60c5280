package io.procgrid.common.id;

/** Random name of a cluster, made with its store. */
public record ClusterId(String value) {
  public ClusterId {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("cluster id is empty");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
