package io.procgrid.it.crash;

import io.procgrid.it.ProcDraft;
import io.procgrid.it.RestClient;
import io.procgrid.it.RestReply;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/** Creates, executes and kills by chance until the head goes away, and notes what it was told. */
final class LoadClient implements Runnable {
  private final RestClient rest;
  private final String sleeper;
  private final Acknowledged acknowledged;
  private final Random random;

  /**
   * Starts nothing yet.
   *
   * @param sleeper name of a proc that runs until it is killed
   */
  LoadClient(RestClient rest, String sleeper, Acknowledged acknowledged, long seed) {
    this.rest = rest;
    this.sleeper = sleeper;
    this.acknowledged = acknowledged;
    random = new Random(seed);
  }

  @Override
  public void run() {
    try {
      while (true) {
        if (!step()) {
          return;
        }
      }
    } catch (IOException e) {
      // The head is gone: what it was asked last is unknown.
    }
  }

  /** One call; false when the head said that it stops. */
  private boolean step() throws IOException {
    int choice = random.nextInt(10);
    if (choice == 0) {
      String name = "load " + random.nextLong();
      return told(
          rest.postOrThrow("/create/proc", ProcDraft.command("true").request(name)),
          reply -> acknowledged.procs().add(name));
    }
    if (choice == 1) {
      return told(
          rest.postOrThrow(
              "/execute/proc",
              Map.of("proc_name", sleeper, "options", Map.of("execute_at_startup", "true"))),
          reply -> acknowledged.entries().add(reply.data().path("run_id").asText()));
    }
    String tag = Integer.toString(random.nextInt(4));
    if (choice < 7) {
      return told(
          rest.postOrThrow(
              "/execute/proc", Map.of("proc_name", sleeper, "options", Map.of("run_tag", tag))),
          reply -> acknowledged.runs().add(reply.data().path("run_id").asText()));
    }
    return told(
        rest.postOrThrow("/kill/proc", Map.of("options", Map.of("run_tag", tag))),
        reply ->
            reply.data().path("run_ids").forEach(run -> acknowledged.kills().add(run.asText())));
  }

  private static boolean told(RestReply reply, Consumer<RestReply> note) {
    if (reply.status() == 503) {
      return false;
    }
    note.accept(reply);
    return true;
  }
}
