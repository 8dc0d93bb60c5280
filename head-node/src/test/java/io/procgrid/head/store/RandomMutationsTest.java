package io.procgrid.head.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.Recovered;
import io.procgrid.head.core.RunRequest;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.head.core.Selector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Any sequence of mutations, sensible or not, leaves the store as the model says. */
class RandomMutationsTest {
  private static final int ROUNDS = 4;
  private static final int PERSISTS = 120;
  private static final List<RunStatus> OVER =
      Stream.of(RunStatus.values()).filter(RunStatus::isOver).toList();

  @TempDir Path directory;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void storeHoldsWhatTheModelHolds(long seed) throws StoreException {
    Random random = new Random(seed);
    StoreModel model = new StoreModel();
    try (StoreUnderTest store = StoreUnderTest.open(directory)) {
      for (int round = 0; round < ROUNDS; round++) {
        List<Boolean> accepted = new ArrayList<>();
        store.answers.clear();
        for (int i = 0; i < PERSISTS; i++) {
          List<Mutation> mutations = mutations(random);
          store.submit(mutations.toArray(Mutation[]::new));
          StoreModel after = model.copy();
          boolean fits = apply(mutations, after);
          accepted.add(fits);
          model = fits ? after : model;
        }
        store.reopen();
        model.dropUnusedBundles();

        assertThat(store.answers)
            .extracting(answer -> answer instanceof HeadEvent.Stored)
            .isEqualTo(accepted);
        Recovered expected = model.recovered(store.recovered());
        assertThat(store.recovered().runs()).isEqualTo(expected.runs());
        assertThat(store.recovered().entries()).isEqualTo(expected.entries());
        assertThat(store.recovered()).isEqualTo(expected);
        for (Selector selector : selectors(random)) {
          assertThat(store.store().find(selector))
              .as("%s", selector)
              .isEqualTo(model.find(selector));
        }
        for (int proc = 0; proc < 3; proc++) {
          String hash = Samples.proc(proc(proc)).bundleHash();
          assertThat(store.store().read(hash).isPresent()).isEqualTo(model.hasBundle(hash));
        }
      }
    }
  }

  private static boolean apply(List<Mutation> mutations, StoreModel model) {
    try {
      for (Mutation mutation : mutations) {
        model.apply(mutation);
      }
      return true;
    } catch (StoreModel.Refused e) {
      return false;
    }
  }

  private static List<Mutation> mutations(Random random) {
    List<Mutation> mutations = new ArrayList<>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      mutations.add(mutation(random));
    }
    return mutations;
  }

  private static String proc(int number) {
    return "proc-" + number;
  }

  // Few ids, so that mutations meet; incarnations that may be past or not yet begun.
  private static Mutation mutation(Random random) {
    long runId = 1L + random.nextInt(12);
    int incarnation = 1 + random.nextInt(3);
    SegmentKey segment = new SegmentKey(runId, incarnation, random.nextInt(2));
    String proc = proc(random.nextInt(3));
    return switch (random.nextInt(16)) {
      case 0 -> Samples.created(Samples.proc(proc));
      case 1 -> new Mutation.ProcDeleted(proc);
      case 2, 3, 4 -> Samples.run(runId, request(random, proc));
      case 5 ->
          random.nextInt(4) == 0
              ? new Mutation.AutoStartRemoved(runId)
              : new Mutation.AutoStartTaken(runId, random.nextInt(9), 0, random.nextInt(99));
      case 6, 7 ->
          new Mutation.AutoStartTaken(runId, random.nextInt(9), incarnation, random.nextInt(99));
      case 8, 9 -> Samples.fixed(runId, incarnation, random.nextInt(4), random.nextInt(4));
      case 10 -> Samples.placed(segment, 1 + random.nextInt(3));
      case 11 -> new Mutation.KillIntended(runId, incarnation, Samples.INTENT);
      case 12 -> ended(random, segment);
      case 13 -> Samples.ended(runId, incarnation, OVER.get(random.nextInt(OVER.size())));
      case 14 ->
          new Mutation.OutputSaved(
              segment,
              new SegmentOutput(ImmutableList.of("line " + random.nextInt(9)), ImmutableList.of()));
      default ->
          random.nextBoolean()
              ? new Mutation.RunsCleared(ImmutableList.of(runId, 1L + random.nextInt(12)))
              : new Mutation.WorkerRecorded(Samples.worker(1 + random.nextInt(3)));
    };
  }

  private static RunRequest request(Random random, String proc) {
    return Samples.request(
        proc, "tag-" + random.nextInt(2), random.nextInt(4) == 0 ? 0 : 100, random.nextBoolean());
  }

  private static Mutation ended(Random random, SegmentKey segment) {
    List<Outcome> outcomes =
        List.of(Samples.exited(0), Samples.killed(), Samples.lost(), Samples.neverStarted());
    return random.nextInt(5) == 0
        ? new Mutation.SegmentEnded(segment, RunStatus.KILLED, null, "killed while it waited")
        : Samples.ended(segment, outcomes.get(random.nextInt(outcomes.size())));
  }

  private static List<Selector> selectors(Random random) {
    return List.of(
        Selector.ALL,
        new Selector(1L + random.nextInt(12), "", "", ""),
        new Selector(null, "tag-1", "", ""),
        new Selector(null, "", proc(2), ""),
        new Selector(null, "tag-0", proc(1), "2"),
        new Selector(null, "", "", "journal-1"),
        new Selector(null, "", "", "3"));
  }
}
