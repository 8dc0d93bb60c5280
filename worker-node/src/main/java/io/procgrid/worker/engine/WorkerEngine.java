package io.procgrid.worker.engine;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.loop.EventLoop;
import io.procgrid.common.loop.LoopListener;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.Command;
import io.procgrid.worker.core.HostBoot;
import io.procgrid.worker.core.KillStep;
import io.procgrid.worker.core.Notice;
import io.procgrid.worker.core.Recovered;
import io.procgrid.worker.core.WorkerCore;
import io.procgrid.worker.core.WorkerEffect;
import io.procgrid.worker.core.WorkerEvent;
import io.procgrid.worker.journal.BundleStore;
import io.procgrid.worker.journal.Journal;
import io.procgrid.worker.journal.JournalWriter;
import io.procgrid.worker.journal.SegmentFolder;
import io.procgrid.worker.output.OutputBound;
import io.procgrid.worker.process.Containment;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the core from one thread and carries out its effects: the journal on its writer's thread,
 * processes on virtual threads, answers where they come up.
 */
public final class WorkerEngine implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WorkerEngine.class);
  private static final int LAUNCHES_AT_ONCE =
      Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

  /** Well below the time that a bundle is kept without need. */
  private static final long JUST_STORED_MILLIS = 1_800_000;

  private final Journal journal;
  private final BundleStore bundles;
  private final JournalWriter writer;
  private final Trees trees;
  private final OutputBound outputs;
  private final LongSupplier wallClock;
  private final EventLoop<WorkerEvent, WorkerEffect> loop;
  private final Map<Long, Caller> callers = new ConcurrentHashMap<>();
  private final AtomicLong lastRequest = new AtomicLong();

  /**
   * @param opened the journal, and what it held
   * @param containment closed with the engine
   * @param outputs started and closed with the engine
   * @param environment environment of the worker, of which procs see a part
   * @param boot of the host, in terms of the monotonic clock
   * @param listener sees what passes through the core
   * @param monotonicClock milliseconds that never go back
   * @param wallClock milliseconds since 1970
   * @param onFailure told once the engine's state can no longer be trusted
   */
  public WorkerEngine(
      Journal.Opened opened,
      BundleStore bundles,
      Containment containment,
      OutputBound outputs,
      Map<String, String> environment,
      WorkerInstance instance,
      HostBoot boot,
      LoopListener<WorkerEvent, WorkerEffect> listener,
      LongSupplier monotonicClock,
      LongSupplier wallClock,
      Consumer<Throwable> onFailure) {
    this.journal = opened.journal();
    this.bundles = bundles;
    this.outputs = outputs;
    this.wallClock = wallClock;
    Recovered recovered = opened.recovered();
    this.loop =
        new EventLoop<>(
            "engine",
            new WorkerCore(recovered, instance, boot),
            this::perform,
            listener,
            monotonicClock,
            onFailure);
    this.writer = new JournalWriter(journal, new Answers(onFailure));
    this.trees =
        new Trees(
            containment,
            new LaunchPreparation(bundles, environment),
            outputs,
            journal,
            loop::submit,
            onFailure,
            wallClock,
            LAUNCHES_AT_ONCE);
  }

  /** What the journal answers. */
  private final class Answers implements JournalWriter.Listener {
    private final Consumer<Throwable> onFailure;

    Answers(Consumer<Throwable> onFailure) {
      this.onFailure = onFailure;
    }

    @Override
    public void journaled(long ticket) {
      loop.submit(new WorkerEvent.Journaled(ticket));
    }

    @Override
    public void failed(long ticket, String reason) {
      loop.submit(new WorkerEvent.JournalFailed(ticket, reason));
    }

    @Override
    public void broken(Throwable cause) {
      onFailure.accept(cause);
    }
  }

  /** Takes up what the journal held: tombstones are carried out before any command is heard. */
  public void start() {
    writer.start();
    outputs.start();
    loop.submit(new WorkerEvent.Resumed(wallClock.getAsLong()));
    loop.start();
  }

  /** Gives a command; the caller is told until its answer. */
  public long command(Command command, Caller caller) {
    long request = lastRequest.incrementAndGet();
    callers.put(request, caller);
    loop.submit(new WorkerEvent.Commanded(request, wallClock.getAsLong(), command));
    return request;
  }

  /** Gives a command that has an answer only. */
  public CompletableFuture<Answer> ask(Command command) {
    CompletableFuture<Answer> future = new CompletableFuture<>();
    command(command, future::complete);
    return future;
  }

  /** The caller of a stream is gone and is told nothing more; what it asked for goes on. */
  public void withdraw(long request) {
    callers.remove(request);
    loop.submit(new WorkerEvent.Withdrawn(request));
  }

  /** The notices of a Watch up to this number are handled. */
  public void acknowledge(long request, long number) {
    loop.submit(new WorkerEvent.Acknowledged(request, number));
  }

  /** The files of a proc are here: a Start given after this finds them. */
  public void bundleStored(String hash) {
    loop.submit(new WorkerEvent.BundleStored(hash));
  }

  /** Where the files of a segment lie. */
  public SegmentFolder folder(SegmentKey segment) {
    return journal.folder(segment);
  }

  private void perform(WorkerEffect effect) {
    switch (effect) {
      case WorkerEffect.Journal(long ticket, var entry) -> writer.submit(ticket, entry);
      case WorkerEffect.OnTree onTree -> trees.perform(onTree);
      case WorkerEffect.DropBundle(String hash) -> {
        var _ = Thread.startVirtualThread(() -> drop(hash));
      }
      case WorkerEffect.Reply(long request, Answer answer) ->
          tell(callers.remove(request), caller -> caller.answer(answer));
      case WorkerEffect.Progress(long request, KillStep step) ->
          tell(callers.get(request), caller -> caller.progress(step));
      case WorkerEffect.Notify(long request, long number, Notice notice) ->
          tell(callers.get(request), caller -> caller.notice(number, notice));
    }
  }

  private void drop(String hash) {
    try {
      bundles.dropOlder(hash, wallClock.getAsLong() - JUST_STORED_MILLIS);
    } catch (IOException e) {
      log.warn("bundle {}, which no segment needs, cannot be removed: {}", hash, e.toString());
    }
  }

  /** A caller that cannot take its answer is its own trouble, not the engine's. */
  private static void tell(@Nullable Caller caller, Consumer<Caller> what) {
    if (caller == null) {
      return;
    }
    try {
      what.accept(caller);
    } catch (RuntimeException e) {
      log.warn("a caller cannot be answered", e);
    }
  }

  /** Stops deciding, writes what was decided, and leaves the processes as they are. */
  @Override
  public void close() {
    loop.close();
    writer.close();
    trees.close();
    outputs.close();
  }
}
