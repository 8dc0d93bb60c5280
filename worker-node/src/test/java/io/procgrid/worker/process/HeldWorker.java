package io.procgrid.worker.process;

import io.procgrid.common.id.SegmentKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * A process that launches as a worker does, to be ended without warning. It prints the records of a
 * held tree and of running ones, then waits for the end of its input.
 */
final class HeldWorker {
  private HeldWorker() {}

  /** Arguments: mode, identity, folder, script of the held tree, scripts of the running ones. */
  public static void main(String[] args) throws Exception {
    Containment containment =
        new ContainmentProbe(args[1], "testhost", Set.of())
            .open(ContainmentMode.parse(args[0]).orElseThrow());
    Path folder = Path.of(args[2]);
    ContainedTree held =
        containment.launch(new SegmentKey(1, 1, 0), ContainmentContract.shellPlan(folder, args[3]));
    print(held.record());
    for (int i = 4; i < args.length; i++) {
      ContainedTree running =
          containment.launch(
              new SegmentKey(i, 1, 0), ContainmentContract.shellPlan(folder, args[i]));
      running.release();
      print(running.record());
    }
    while (System.in.read() >= 0) {}
  }

  private static void print(ProcessRecord record) {
    System.out.println(
        String.join(
            "\t",
            record.containment(),
            Long.toString(record.pid()),
            Long.toString(record.startTicks()),
            record.bootId(),
            record.place(),
            Long.toString(record.startedAtMillis())));
  }

  /** Reads what {@link #main} prints. */
  static ProcessRecord parse(String line) {
    List<String> fields = List.of(line.split("\t", -1));
    return new ProcessRecord(
        fields.get(0),
        Long.parseLong(fields.get(1)),
        Long.parseLong(fields.get(2)),
        fields.get(3),
        fields.get(4),
        Long.parseLong(fields.get(5)));
  }
}
