package io.procgrid.simulation;

/**
 * Plays histories until they have so many steps together: {@code -Dprocgrid.simulation.steps=N},
 * from {@code -Dprocgrid.simulation.from=SEED} on. Histories of seeds from 0 on also set stores
 * back.
 */
final class LongSimulation {
  private static final int REPORT_EVERY = 1_000;

  private LongSimulation() {}

  public static void main(String[] arguments) {
    long steps = Long.getLong("procgrid.simulation.steps", 100_000_000);
    Simulation simulation =
        new Simulation(Long.getLong("procgrid.simulation.from", -System.currentTimeMillis()));
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
