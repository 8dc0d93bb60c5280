package io.procgrid.head.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.collect.ImmutableList;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.Recovered;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A store in a folder of its own that counts tickets and collects what the store says. */
final class StoreUnderTest implements AutoCloseable {
  /** How long a test waits for what must come: a busy machine is no failure. */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  static final String BOOT = "boot-of-this-host";

  final List<HeadEvent> answers = new CopyOnWriteArrayList<>();
  final List<String> fatal = new CopyOnWriteArrayList<>();
  private final AtomicLong ticket = new AtomicLong();
  private final Path directory;
  private HeadStore store;

  private StoreUnderTest(Path directory, HeadStore store) {
    this.directory = directory;
    this.store = store;
  }

  static StoreUnderTest open(Path directory) throws StoreException {
    return open(directory, BOOT);
  }

  static StoreUnderTest open(Path directory, String bootId) throws StoreException {
    HeadStore store = HeadStore.open(directory, bootId);
    StoreUnderTest opened = new StoreUnderTest(directory, store);
    store.start(opened.answers::add, opened.fatal::add);
    return opened;
  }

  HeadStore store() {
    return store;
  }

  Recovered recovered() {
    return store.recovered();
  }

  /** Gives the mutations to the store as one Persist. */
  long submit(Mutation... mutations) {
    long next = ticket.incrementAndGet();
    store.persist(new HeadEffect.Persist(next, ImmutableList.copyOf(mutations)));
    return next;
  }

  /** As {@link #submit}, and waits for the answer. */
  HeadEvent tryToStore(Mutation... mutations) {
    long wanted = submit(mutations);
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> answers.stream().anyMatch(answer -> ticketOf(answer) == wanted));
    return answers.stream().filter(answer -> ticketOf(answer) == wanted).findFirst().orElseThrow();
  }

  void mustStore(Mutation... mutations) {
    assertThat(tryToStore(mutations)).isInstanceOf(HeadEvent.Stored.class);
  }

  static long ticketOf(HeadEvent answer) {
    return switch (answer) {
      case HeadEvent.Stored(long ticket) -> ticket;
      case HeadEvent.StoreFailed(long ticket, String reason) -> ticket;
      default -> throw new AssertionError("a store answers with " + answer);
    };
  }

  /** Closes the store, without an ordered stop, and opens it again. */
  void reopen() throws StoreException {
    reopen(BOOT);
  }

  void reopen(String bootId) throws StoreException {
    store.close();
    store = HeadStore.open(directory, bootId);
    store.start(answers::add, fatal::add);
  }

  @Override
  public void close() {
    store.close();
  }
}
