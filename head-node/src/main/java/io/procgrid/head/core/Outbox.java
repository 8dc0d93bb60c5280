package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Effects of the step in hand, and what waits for its mutations to be durable.
 *
 * <p>INVARIANT: tickets grow by one with every persist, so that one is durable only when all before
 * it were answered.
 */
final class Outbox {
  private record Continuation(Runnable stored, Consumer<String> failed) {}

  private final Map<Long, Continuation> waiting = new HashMap<>();
  private List<HeadEffect> effects = new ArrayList<>();
  private long lastTicket;

  void add(HeadEffect effect) {
    effects.add(effect);
  }

  void reply(long request, Answer answer) {
    add(new HeadEffect.Reply(request, answer));
  }

  /** The call was refused and changed nothing. */
  void refuse(long request, String message) {
    reply(request, new Answer.Refused(message, false));
  }

  /**
   * Persists mutations, all or none.
   *
   * @param stored runs when they are durable
   * @param failed runs with the reason when nothing of them is in the store
   */
  void persist(List<Mutation> mutations, Runnable stored, Consumer<String> failed) {
    long ticket = ++lastTicket;
    waiting.put(ticket, new Continuation(stored, failed));
    add(new HeadEffect.Persist(ticket, ImmutableList.copyOf(mutations)));
  }

  void stored(long ticket) {
    take(ticket).stored.run();
  }

  void failed(long ticket, String reason) {
    take(ticket).failed.accept(reason);
  }

  private Continuation take(long ticket) {
    Continuation continuation = waiting.remove(ticket);
    if (continuation == null) {
      throw new IllegalStateException("ticket %d was answered before".formatted(ticket));
    }
    return continuation;
  }

  /** Hands over what gathered. */
  List<HeadEffect> take() {
    List<HeadEffect> taken = effects;
    effects = new ArrayList<>();
    return taken;
  }
}
