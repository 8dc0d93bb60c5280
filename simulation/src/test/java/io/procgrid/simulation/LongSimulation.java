package io.procgrid.simulation;

/**
 * Plays histories until they have so many steps together: {@code -Dprocgrid.simulation.steps=N};
 * fresh ones, or those from {@code -Dprocgrid.simulation.from=SEED} on.
 */
final class LongSimulation {
  private static final int REPORT_EVERY = 1_000;

  private LongSimulation() {}

  public static void main(String[] arguments) {
    long steps = Long.getLong("procgrid.simulation.steps", 100_000_000);
    Long from = Long.getLong("procgrid.simulation.from");
    Simulation simulation = from == null ? Simulation.fresh() : Simulation.from(from);
    long[] histories = {0};
    simulation.playWhile(
        () -> simulation.steps() < steps,
        progress -> {
          if (++histories[0] % REPORT_EVERY == 0) {
            System.out.println(progress);
          }
        });
    System.out.println("0 violations. " + simulation);
  }
}
