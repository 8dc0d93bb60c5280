package io.procgrid.it.torture;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test of one of the cases in which runners of processes have left survivors, hit others, or told
 * what was not so. {@code -Dprocgrid.torture.cases=3,14} runs those alone.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Tag("torture")
@ExtendWith(TortureSelection.class)
public @interface TortureCase {
  /** The case's number, from 1 to {@link Torture#CASES}. */
  int number();

  /** Public reports of it elsewhere, such as "nomad#1110"; none when it was thought out. */
  String[] report() default {};
}
