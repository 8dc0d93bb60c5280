package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.Grace;

/**
 * A proc as created. Its files live in the store under the bundle's hash.
 *
 * @param name unique among procs
 * @param mode how it spreads over the workers
 * @param bundleHash content hash of its files
 * @param command as given; empty = the only file
 * @param arguments in order
 * @param options as given, for display
 * @param maxConcurrencyPerNode most processes of it at once on one worker; 0 = unlimited
 * @param waitForTree whether a segment goes on after its leader until the tree ended
 * @param environment the {@code env.*} options, without the prefix
 * @param killGrace what a kill begins with, unless its caller chooses another time
 */
public record ProcDefinition(
    String name,
    ExecutionMode mode,
    String bundleHash,
    String command,
    ImmutableList<String> arguments,
    ImmutableMap<String, String> options,
    int maxConcurrencyPerNode,
    boolean waitForTree,
    ImmutableMap<String, String> environment,
    Grace killGrace) {}
