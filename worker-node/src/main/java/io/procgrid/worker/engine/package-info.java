/** Feeds the core from one thread and carries out its effects: journal, processes, answers. */
@NullMarked
package io.procgrid.worker.engine;

import org.jspecify.annotations.NullMarked;
