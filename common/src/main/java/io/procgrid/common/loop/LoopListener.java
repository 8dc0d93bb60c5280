package io.procgrid.common.loop;

/** Sees what passes through an {@link EventLoop}, on the loop's thread. Must not block. */
public interface LoopListener<I, O> {
  /** The core is about to be given the event. */
  void beforeStep(I event);

  /** The effect is about to be carried out; those before it of the same step have been. */
  void beforeEffect(O effect);

  /** One that looks away. */
  static <I, O> LoopListener<I, O> none() {
    return new LoopListener<>() {
      @Override
      public void beforeStep(I event) {}

      @Override
      public void beforeEffect(O effect) {}
    };
  }
}
