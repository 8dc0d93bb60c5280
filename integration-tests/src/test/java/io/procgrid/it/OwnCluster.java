package io.procgrid.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Gives the test, or each test of the class, a cluster of its own: its daemons may be killed. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface OwnCluster {
  /** Workers that are started. */
  int workers() default 2;

  /** Segments of a distributed run on each worker. */
  int slots() default 1;

  /** Containment that the workers are told to use. */
  String containment() default "auto";

  /** Its surroundings; a test is skipped where the host cannot give them. */
  Setting setting() default Setting.LOOPBACK;

  /** Further command line arguments of the head. */
  String[] head() default {};
}
