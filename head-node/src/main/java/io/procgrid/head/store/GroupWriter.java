package io.procgrid.head.store;

import com.google.common.util.concurrent.Uninterruptibles;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.Mutation;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes: it takes all that gathered while the last commit was on its way and
 * commits it as one transaction.
 *
 * <ul>
 *   <li>Every Persist is answered once, in the order of submission, unless the head stops before
 *       its fate is known.
 *   <li>A Persist that cannot be stored does not take others with it: when a group fails, each is
 *       tried alone.
 *   <li>While the fate of a commit is unknown nothing else is written, and nobody is told anything.
 *   <li>When another head has taken over, nothing is stored any more.
 * </ul>
 */
final class GroupWriter {
  private sealed interface Request {
    record Write(HeadEffect.Persist persist) implements Request {}

    record StopInOrder(CompletableFuture<Attempt> answer) implements Request {}

    record End() implements Request {}
  }

  private static final Logger LOG = LoggerFactory.getLogger(GroupWriter.class);
  private static final long SETTLE_PAUSE_MILLIS = 200;

  private final FencedConnection connection;
  private final Consumer<HeadEvent> listener;
  private final Consumer<String> fatal;
  private final LinkedBlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean ended;
  private @Nullable String supersededBy;
  private Attempt.@Nullable Unknown leftUnknown;

  /**
   * @param listener gets the answers, on the writer's thread; must not block
   * @param fatal gets the reason, on the writer's thread, when nothing can be stored any more
   */
  GroupWriter(FencedConnection connection, Consumer<HeadEvent> listener, Consumer<String> fatal) {
    this.connection = connection;
    this.listener = listener;
    this.fatal = fatal;
    this.thread = Thread.ofPlatform().name("store-writer").daemon(true).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Never blocks. */
  void submit(HeadEffect.Persist persist) {
    requests.add(new Request.Write(persist));
  }

  /**
   * Completed when all that was submitted before was tried, and then the mark of an ordered stop.
   */
  CompletableFuture<Attempt> stopInOrder() {
    CompletableFuture<Attempt> answer = new CompletableFuture<>();
    requests.add(new Request.StopInOrder(answer));
    if (ended) {
      refuseStops();
    }
    return answer;
  }

  /** Tries what was submitted and ends the thread. */
  void close() {
    requests.add(new Request.End());
    closing.countDown();
    if (Thread.currentThread() == thread) {
      return;
    }
    Uninterruptibles.joinUninterruptibly(thread);
  }

  private void run() {
    try (connection) {
      List<Request> taken = new ArrayList<>();
      do {
        taken.clear();
        taken.add(requests.take());
        requests.drainTo(taken);
      } while (carryOut(taken));
    } catch (Throwable e) {
      LOG.error("The store's writer stopped", e);
      fatal.accept("the store's writer stopped: " + e);
    } finally {
      ended = true;
      refuseStops();
    }
  }

  /** Nobody waits for what will not come. */
  private void refuseStops() {
    Request request = requests.poll();
    while (request != null) {
      if (request instanceof Request.StopInOrder(CompletableFuture<Attempt> answer)) {
        answer.complete(new Attempt.NotStored("the store is closed", false));
      }
      request = requests.poll();
    }
  }

  /** False when it met the end. */
  private boolean carryOut(List<Request> taken) throws InterruptedException {
    List<HeadEffect.Persist> group = new ArrayList<>();
    for (Request request : taken) {
      switch (request) {
        case Request.Write(HeadEffect.Persist persist) -> group.add(persist);
        case Request.StopInOrder(CompletableFuture<Attempt> answer) -> {
          commit(group);
          group.clear();
          answer.complete(markOrderedStop());
        }
        case Request.End() -> {
          commit(group);
          return false;
        }
      }
    }
    commit(group);
    return true;
  }

  private void commit(List<HeadEffect.Persist> group) throws InterruptedException {
    if (group.isEmpty()) {
      return;
    }
    switch (tryToCommit(session -> write(group, session))) {
      case Attempt.Stored() ->
          group.forEach(persist -> listener.accept(new HeadEvent.Stored(persist.ticket())));
      case Attempt.NotStored(String reason, boolean ownFault) -> {
        if (ownFault && group.size() > 1) {
          for (HeadEffect.Persist persist : group) {
            commit(List.of(persist));
          }
        } else {
          fail(group, reason);
        }
      }
      case Attempt.Superseded(String reason) -> fail(group, reason);
      // To say anything of these, or to store what comes after them, would be a guess.
      case Attempt.Unknown(long commit, String reason) ->
          LOG.error("{} request(s) stay unanswered: {}", group.size(), reason);
    }
  }

  private static void write(List<HeadEffect.Persist> group, FencedConnection.Session session)
      throws SQLException {
    for (HeadEffect.Persist persist : group) {
      for (Mutation mutation : persist.mutations()) {
        session.mutations().write(mutation);
      }
    }
  }

  private void fail(List<HeadEffect.Persist> group, String reason) {
    LOG.warn("{} request(s) not stored: {}", group.size(), reason);
    group.forEach(persist -> listener.accept(new HeadEvent.StoreFailed(persist.ticket(), reason)));
  }

  private Attempt markOrderedStop() throws InterruptedException {
    return tryToCommit(
        session -> session.statements().update("UPDATE cluster SET ordered_stop = 1"));
  }

  private Attempt tryToCommit(FencedConnection.Work work) throws InterruptedException {
    if (leftUnknown != null) {
      return leftUnknown;
    }
    if (supersededBy != null) {
      return new Attempt.Superseded(supersededBy);
    }
    Attempt attempt = connection.attempt(work);
    while (attempt instanceof Attempt.Unknown unknown) {
      LOG.error("Whether commit {} took place is unknown: {}", unknown.commit(), unknown.reason());
      attempt = connection.settle(unknown);
      if (attempt instanceof Attempt.Superseded(String reason)) {
        supersede(reason);
        leftUnknown = unknown;
        return unknown;
      }
      if (attempt instanceof Attempt.Unknown still
          && closing.await(SETTLE_PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        leftUnknown = still;
        return still;
      }
    }
    if (attempt instanceof Attempt.Superseded(String reason)) {
      supersede(reason);
    }
    return attempt;
  }

  private void supersede(String reason) {
    supersededBy = reason;
    LOG.error("{}", reason);
    fatal.accept(reason);
  }
}
