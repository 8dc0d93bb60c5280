package io.procgrid.common.id;

/** Random name of one worker process, new at each of its starts. */
public record WorkerInstance(String value) {
  public WorkerInstance {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("worker instance is empty");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
