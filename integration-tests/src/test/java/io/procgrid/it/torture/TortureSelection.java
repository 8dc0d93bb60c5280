package io.procgrid.it.torture;

import com.google.common.base.Splitter;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Leaves out the cases that were not asked for. */
final class TortureSelection implements ExecutionCondition {
  private static final String WANTED = System.getProperty("procgrid.torture.cases", "");

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return AnnotationSupport.findAnnotation(context.getElement(), TortureCase.class)
        .filter(torture -> !WANTED.isBlank() && !isWanted(torture.number()))
        .map(torture -> ConditionEvaluationResult.disabled("only cases " + WANTED + " are wanted"))
        .orElse(ConditionEvaluationResult.enabled("wanted"));
  }

  private static boolean isWanted(int number) {
    return Splitter.on(',')
        .trimResults()
        .omitEmptyStrings()
        .splitToStream(WANTED)
        .anyMatch(text -> Integer.parseInt(text) == number);
  }
}
