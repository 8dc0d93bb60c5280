package io.procgrid.common.run;

/**
 * Who asked for a kill, when and from where.
 *
 * @param user name of the caller; empty while the cluster has no users
 * @param atMillis wall clock of the head when it accepted the kill, ms since 1970; shown, never
 *     compared
 * @param origin address of the caller, or the name of a local tool
 */
public record KillFacts(String user, long atMillis, String origin) {}
