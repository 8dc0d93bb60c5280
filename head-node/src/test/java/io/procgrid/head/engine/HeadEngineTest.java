package io.procgrid.head.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.loop.Core;
import io.procgrid.common.loop.LoopListener;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class HeadEngineTest {
  private static final Command COMMAND = new Command.ShowWorkers();

  private final List<HeadEvent> events = new CopyOnWriteArrayList<>();
  private final List<HeadEffect> performed = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private Function<HeadEvent, List<HeadEffect>> script = event -> List.of();
  private final HeadEngine engine =
      new HeadEngine(
          new ScriptedCore(),
          performed::add,
          performed::add,
          LoopListener.none(),
          () -> 5,
          () -> 77,
          failures::add);

  /** Does what the test says. */
  private final class ScriptedCore implements Core<HeadEvent, HeadEffect> {
    @Override
    public List<HeadEffect> step(long nowMillis, HeadEvent event) {
      events.add(event);
      return script.apply(event);
    }

    @Override
    public List<HeadEffect> tick(long nowMillis) {
      return List.of();
    }

    @Override
    public long nextDeadline() {
      return NO_DEADLINE;
    }
  }

  private void begin(Function<HeadEvent, List<HeadEffect>> script) {
    this.script = script;
    engine.start();
  }

  private static List<HeadEffect> replyTo(HeadEvent event) {
    return event instanceof HeadEvent.Commanded commanded
        ? List.of(new HeadEffect.Reply(commanded.request(), new Answer.Done()))
        : List.of();
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  @Test
  void answersReachTheirOwnCommands() throws Exception {
    begin(event ->
        event instanceof HeadEvent.Commanded commanded
            ? List.of(
                new HeadEffect.Reply(commanded.request(), new Answer.Accepted(commanded.request())))
            : List.of());
    CompletableFuture<Answer> first = engine.submit(COMMAND);
    CompletableFuture<Answer> second = engine.submit(COMMAND);
    assertThat(first.get()).isEqualTo(new Answer.Accepted(1));
    assertThat(second.get()).isEqualTo(new Answer.Accepted(2));
    assertThat(events.getFirst()).isEqualTo(new HeadEvent.Commanded(1, 77, COMMAND));
  }

  @Test
  void effectsGoWhereTheyBelongInTheirOrder() {
    HeadEffect persist = new HeadEffect.Persist(1, ImmutableList.of());
    HeadEffect hangUp = new HeadEffect.HangUp(new WorkerIdentity("w"), new WorkerInstance("i"));
    begin(event -> List.of(persist, hangUp));
    engine.accept(new HeadEvent.Stored(1));
    await().until(() -> performed.size() == 2);
    assertThat(performed).containsExactly(persist, hangUp);
  }

  @Test
  void exceptionOfTheCoreStopsTheHeadAndFailsWhatWaits() {
    begin(event -> {
      if (event instanceof HeadEvent.Stored) {
        throw new IllegalStateException("broken");
      }
      return List.of();
    });
    CompletableFuture<Answer> waiting = engine.submit(COMMAND);
    engine.accept(new HeadEvent.Stored(1));
    await().until(() -> !failures.isEmpty());
    assertThat(failures).singleElement().isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(waiting::get).hasCauseInstanceOf(HeadStoppedException.class);
    assertThatThrownBy(() -> engine.submit(COMMAND).get())
        .hasCauseInstanceOf(HeadStoppedException.class);
    assertThat(events).hasSize(2);
  }

  @Test
  void lostLeadershipStopsTheHeadFromAnyThreadAndOnce() {
    begin(event -> List.of());
    CompletableFuture<Answer> waiting = engine.submit(COMMAND);
    engine.fail(new IllegalStateException("another head took over"));
    engine.fail(new IllegalStateException("again"));
    assertThat(failures)
        .singleElement()
        .extracting(Throwable::getMessage)
        .isEqualTo("another head took over");
    assertThat(waiting).isCompletedExceptionally();
  }

  @Test
  void replyToNobodyIsAFailureNotAMystery() {
    begin(event -> List.of(new HeadEffect.Reply(99, new Answer.Done())));
    engine.accept(new HeadEvent.Stored(1));
    await().until(() -> !failures.isEmpty());
    assertThat(failures.getFirst()).hasMessageContaining("request 99");
  }

  // Many times: an answer is delivered on a thread of its own, and drain must not overtake it.
  @RepeatedTest(300)
  void drainWaitsForAnswersAndNoLonger() throws Exception {
    begin(event -> List.of());
    CompletableFuture<Answer> waiting = engine.submit(COMMAND);
    assertThat(engine.drain(Duration.ofMillis(1))).isFalse();
    script = event -> List.of(new HeadEffect.Reply(1, new Answer.Done()));
    engine.accept(new HeadEvent.Stored(1));
    assertThat(engine.drain(Duration.ofMinutes(1))).isTrue();
    assertThat(waiting).isCompletedWithValue(new Answer.Done());
  }

  @Test
  void closeFailsWhatWaits() {
    begin(HeadEngineTest::replyTo);
    engine.close();
    assertThatThrownBy(() -> engine.submit(COMMAND).get())
        .hasCauseInstanceOf(HeadStoppedException.class);
    assertThat(failures).isEmpty();
  }
}
