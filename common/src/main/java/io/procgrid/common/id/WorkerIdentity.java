package io.procgrid.common.id;

/** Random name of a worker, made with its journal: a new journal is a new identity. */
public record WorkerIdentity(String value) {
  public WorkerIdentity {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("worker identity is empty");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
