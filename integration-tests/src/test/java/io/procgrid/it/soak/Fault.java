package io.procgrid.it.soak;

import com.google.errorprone.annotations.Immutable;
import java.util.Random;

/** What can befall the cluster. */
enum Fault {
  HEAD_KILLED(4, Faults::killHead),
  WORKER_KILLED(5, Faults::killWorker),
  TWO_WORKERS_KILLED(2, Faults::killTwoWorkers),
  HEAD_AND_WORKER_KILLED(2, Faults::killHeadAndWorker),
  HEAD_PAUSED(3, Faults::pauseHead),
  WORKER_PAUSED(4, Faults::pauseWorker),
  WORKER_PAUSED_THEN_KILLED(2, Faults::pauseWorkerThenKillIt),
  LINK_CUT(3, Faults::cutLink),
  LINK_SILENT(3, Faults::silenceLink),
  HEAD_RESTARTED(2, Faults::restartHead),
  WORKER_RESTARTED(2, Faults::restartWorker);

  /** Lets it happen; returns when it is over. */
  @Immutable
  private interface Course {
    void befall(Faults faults) throws InterruptedException;
  }

  private final int weight;
  private final Course course;

  Fault(int weight, Course course) {
    this.weight = weight;
    this.course = course;
  }

  /** One of them, by weight. */
  static Fault any(Random random) {
    int total = 0;
    for (Fault fault : values()) {
      total += fault.weight;
    }
    int rest = random.nextInt(total);
    for (Fault fault : values()) {
      if (rest < fault.weight) {
        return fault;
      }
      rest -= fault.weight;
    }
    throw new AssertionError("a rest below the total is within one of the weights");
  }

  void befall(Faults faults) throws InterruptedException {
    course.befall(faults);
  }
}
