package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.reflect.ClassPath;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.AnnotationSupport;

/** No torture case is without a test. */
class TortureCasesTest {
  private static final String TESTS = "io.procgrid.it";

  private final List<TortureCase> cases = cases();

  @Test
  void everyCaseHasATest() {
    Set<Integer> missing =
        IntStream.rangeClosed(1, Torture.CASES)
            .boxed()
            .collect(Collectors.toCollection(TreeSet::new));
    cases.forEach(torture -> missing.remove(torture.number()));
    assertThat(missing).as("torture cases without a test").isEmpty();
  }

  @Test
  void casesAreNumberedAndReportsNameAnIssue() {
    assertThat(cases)
        .allSatisfy(torture -> {
          assertThat(torture.number()).isBetween(1, Torture.CASES);
          assertThat(torture.report())
              .allSatisfy(report -> assertThat(report).matches("[A-Za-z-]+[#-]\\d+"));
        });
  }

  private static List<TortureCase> cases() {
    try {
      return ClassPath.from(TortureCasesTest.class.getClassLoader())
          .getTopLevelClassesRecursive(TESTS)
          .stream()
          .flatMap(type -> Stream.of(type.load().getDeclaredMethods()))
          .flatMap(TortureCasesTest::caseOf)
          .toList();
    } catch (IOException e) {
      throw new AssertionError("the tests' classes cannot be listed", e);
    }
  }

  private static Stream<TortureCase> caseOf(Method method) {
    return AnnotationSupport.findAnnotation(method, TortureCase.class).stream();
  }
}
