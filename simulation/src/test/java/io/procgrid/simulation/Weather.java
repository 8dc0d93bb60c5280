package io.procgrid.simulation;

/**
 * How often what goes wrong. Each history draws its own: some kinds of faults are absent in it,
 * others frequent, so that rare meetings of a few kinds get their turn.
 *
 * @param lags whether event loops fall behind
 * @param delayMillis most that a message usually takes
 * @param stragglers messages per thousand that take up to {@link #STRAGGLE_MILLIS}
 * @param duplicates requests per thousand that come twice
 * @param losses messages per thousand that never come
 * @param breakEvery mean ms between broken connections; 0 = none, as for the following
 * @param partitionEvery of a worker from the heads
 * @param headCrashEvery of a head
 * @param workerCrashEvery of a worker process
 * @param rebootEvery of a host
 * @param pauseEvery of a process
 * @param swapEvery two workers restart, each at the other's address
 * @param restoreEvery the store is set back to a backup
 * @param journalLossEvery a worker begins again on an empty data folder
 * @param forgetEvery an operator gives a worker up that is away
 * @param diskMillis most that a disk usually takes
 * @param storeFailures writes per thousand
 * @param journalFailures writes per thousand
 * @param launchFailures launches per thousand
 * @param resistance kills per thousand that take long
 */
record Weather(
    boolean lags,
    int delayMillis,
    int stragglers,
    int duplicates,
    int losses,
    int breakEvery,
    int partitionEvery,
    int headCrashEvery,
    int workerCrashEvery,
    int rebootEvery,
    int pauseEvery,
    int swapEvery,
    int restoreEvery,
    int journalLossEvery,
    int forgetEvery,
    int diskMillis,
    int storeFailures,
    int journalFailures,
    int launchFailures,
    int resistance) {
  static final long STRAGGLE_MILLIS = 20_000;

  static final Weather CALM =
      new Weather(false, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0);

  static Weather draw(Chance chance) {
    return new Weather(
        chance.oneIn(2),
        chance.oneIn(3) ? 2_000 : chance.oneIn(2) ? 200 : 10,
        share(chance, 60),
        share(chance, 150),
        share(chance, 40),
        mean(chance, 300, 5_000),
        mean(chance, 1_000, 20_000),
        mean(chance, 1_500, 20_000),
        mean(chance, 700, 20_000),
        mean(chance, 3_000, 30_000),
        mean(chance, 1_500, 20_000),
        mean(chance, 2_000, 20_000),
        rarely(chance, 8_000, 40_000),
        rarely(chance, 5_000, 40_000),
        rarely(chance, 1_000, 10_000),
        chance.oneIn(3) ? 1_000 : chance.oneIn(2) ? 100 : 5,
        share(chance, 100),
        share(chance, 100),
        share(chance, 80),
        share(chance, 60));
  }

  /** The same, and no store is ever set back. */
  Weather withoutRestores() {
    return new Weather(
        lags,
        delayMillis,
        stragglers,
        duplicates,
        losses,
        breakEvery,
        partitionEvery,
        headCrashEvery,
        workerCrashEvery,
        rebootEvery,
        pauseEvery,
        swapEvery,
        0,
        journalLossEvery,
        forgetEvery,
        diskMillis,
        storeFailures,
        journalFailures,
        launchFailures,
        resistance);
  }

  private static int share(Chance chance, int most) {
    return chance.oneIn(2) ? 0 : 1 + chance.below(most);
  }

  private static int rarely(Chance chance, int least, int most) {
    return chance.oneIn(4) ? (int) chance.between(least, most) : 0;
  }

  private static int mean(Chance chance, int least, int most) {
    return chance.oneIn(2) ? 0 : (int) chance.between(least, most);
  }
}
