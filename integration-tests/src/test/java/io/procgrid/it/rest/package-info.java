/** The REST endpoints, sentence by sentence, on a healthy cluster. */
@NullMarked
package io.procgrid.it.rest;

import org.jspecify.annotations.NullMarked;
