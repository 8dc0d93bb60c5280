package io.procgrid.simulation;

import org.junit.jupiter.api.Test;

class Smoke {
  @Test
  void smoke() {
    long first = Long.getLong("procgrid.seed", 1);
    int count = Integer.getInteger("n", 20);
    Tally all = new Tally();
    long t = System.nanoTime();
    int bad = 0;
    for (long seed = first; seed < first + count; seed++) {
      History h = new History(seed, Sabotage.NONE, count == 1);
      try {
        h.play();
      } catch (Throwable e) {
        if (count == 1) { h.trace().forEach(System.out::println); e.printStackTrace(System.out); }
        System.out.println("seed " + seed + ": " + e);
        if (bad++ > 15) break;
      }
      all.add(h.tally());
    }
    System.out.println(all);
    System.out.printf("%.0f steps/s%n", all.steps / ((System.nanoTime() - t) / 1e9));
  }
}
