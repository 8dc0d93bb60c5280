package io.procgrid.it.soak;

/** In which way the cluster broke its word. */
enum Breach {
  /** A process of a run that was said to be dead. */
  SURVIVOR("survivors"),

  /** A process that is none of the cluster's was hit. */
  FOREIGN_HIT("foreign"),

  /** An acknowledged run is not known any more. */
  LOST("lost"),

  /** A status is not what happened. */
  LIE("lies"),

  /** A run that was killed, or that ended by itself, is not settled in time. */
  STUCK("stuck"),

  /** A call was refused, or a daemon ended by itself. */
  FAILURE("failures");

  private final String plural;

  Breach(String plural) {
    this.plural = plural;
  }

  String plural() {
    return plural;
  }
}
