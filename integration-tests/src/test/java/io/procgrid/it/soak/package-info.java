/**
 * A cluster under load and faults for as long as one likes, and everything it says checked against
 * what the processes themselves did.
 */
@org.jspecify.annotations.NullMarked
package io.procgrid.it.soak;
