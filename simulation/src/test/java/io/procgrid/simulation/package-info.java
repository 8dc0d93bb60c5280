/**
 * A whole cluster in virtual time: the real cores of head and workers, between models of store,
 * journals, processes and network. Everything that can go wrong does, all of it from one seed.
 */
@NullMarked
package io.procgrid.simulation;

import org.jspecify.annotations.NullMarked;
