package io.procgrid.simulation;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.HeadCore;
import io.procgrid.head.core.HeadCoreSettings;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.Recovered;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** One process of a head: the real core, between models of its store, its links and its callers. */
final class SimulatedHead {
  private static final long CLUSTER_START_WAIT_MILLIS = 1_000;

  private final World world;
  private final Network network;
  private final SimulatedProcess process;
  private final HeadPromises promises;
  private final CoreLoop<HeadEvent, HeadEffect> loop;
  private final StoreDisk disk;
  private final Map<WorkerIdentity, HeadLink> links =
      new TreeMap<>(Comparator.comparing(WorkerIdentity::value));
  private final Map<Long, Consumer<Answer>> callers = new HashMap<>();
  private long lastRequest;

  SimulatedHead(
      World world, Network network, ModelStore store, HeadPromises promises, Recovered recovered) {
    this.world = world;
    this.network = network;
    this.promises = promises;
    this.process = new SimulatedProcess(world.timeline());
    this.loop =
        new CoreLoop<>(
            world,
            process,
            "head",
            new HeadCore(recovered, new HeadCoreSettings(CLUSTER_START_WAIT_MILLIS, 0)),
            effects -> promises.leaving(world.sabotage().leaving(effects)),
            this::perform);
    this.disk = new StoreDisk(world, process, store, promises, loop::submit);
  }

  SimulatedProcess process() {
    return process;
  }

  /** Gives a command; its answer comes once, unless the head crashes before. */
  void submit(Command command, Consumer<Answer> caller) {
    process.reach(() -> {
      long request = ++lastRequest;
      callers.put(request, caller);
      loop.submit(new HeadEvent.Commanded(request, world.now(), command));
    });
  }

  /** Gives the core an event of a link. */
  void accept(HeadEvent event) {
    if (!process.hasCrashed()) {
      loop.submit(event);
    }
  }

  private void perform(HeadEffect effect) {
    switch (effect) {
      case HeadEffect.Persist persist -> disk.submit(persist);
      case HeadEffect.Reply(long request, Answer answer) -> {
        Consumer<Answer> caller = callers.remove(request);
        if (caller == null) {
          throw new AssertionError("request %d was answered twice".formatted(request));
        }
        caller.accept(answer);
      }
      case HeadEffect.ToWorker toWorker -> {
        promises.sending(toWorker);
        link(toWorker.identity()).submit(toWorker);
      }
    }
  }

  private HeadLink link(WorkerIdentity identity) {
    return links.computeIfAbsent(identity, key -> new HeadLink(world, network, this));
  }

  /** The connections to workers that stand or are being made. */
  List<Session> sessions() {
    List<Session> sessions = new ArrayList<>();
    for (HeadLink link : links.values()) {
      Session session = link.session();
      if (session != null) {
        sessions.add(session);
      }
    }
    return sessions;
  }

  /** Commands without an answer. */
  ImmutableList<Long> unanswered() {
    return ImmutableList.copyOf(callers.keySet());
  }

  void crash() {
    process.crash();
    disk.crash();
  }
}
