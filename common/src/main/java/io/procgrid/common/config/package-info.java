/**
 * Settings of the daemons: from the command line and a file, strict, with errors that say what to
 * do.
 */
@NullMarked
package io.procgrid.common.config;

import org.jspecify.annotations.NullMarked;
