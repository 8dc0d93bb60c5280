package io.procgrid.it.soak;

import java.util.concurrent.Semaphore;

/**
 * What all parts of a soak share.
 *
 * @param head calls to the cluster
 * @param processes permits for processes that may be alive
 */
record Site(
    SoakPlan plan,
    SoakLog log,
    Findings findings,
    Tally tally,
    Marker marker,
    Logbook logbook,
    ExitLedger ledger,
    Bystanders bystanders,
    Watchman watchman,
    HeadCalls head,
    Semaphore processes) {}
