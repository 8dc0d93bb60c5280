package io.procgrid.it;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Gives tests their {@link TestCluster}: one of their own where {@link OwnCluster} says so, else
 * one that all tests share, with no run left of the test before. The daemons' logs are printed when
 * a test fails.
 */
public final class ClusterExtension
    implements ExecutionCondition, ParameterResolver, AfterEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(ClusterExtension.class);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Setting setting = settingOf(context);
    return setting
        .missing()
        .map(reason -> ConditionEvaluationResult.disabled(setting + ": " + reason))
        .orElse(ConditionEvaluationResult.enabled("the host can give " + setting));
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == TestCluster.class || ClusterPlaces.class.isAssignableFrom(type);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    TestCluster cluster =
        ownerOf(context)
            .getStore(NAMESPACE)
            .getOrComputeIfAbsent(keyOf(context), key -> start(context), TestCluster.class);
    return parameter.getParameter().getType() == TestCluster.class ? cluster : cluster.places();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    TestCluster cluster =
        ownerOf(context).getStore(NAMESPACE).get(keyOf(context), TestCluster.class);
    if (cluster == null) {
      return;
    }
    if (context.getExecutionException().isPresent()) {
      System.err.println("after " + context.getUniqueId() + ":\n" + cluster.logs());
    }
    if (annotation(context).isEmpty()) {
      cluster.killAllRuns();
    }
  }

  private static ExtensionContext ownerOf(ExtensionContext context) {
    return annotation(context).isPresent() ? context : context.getRoot();
  }

  /**
   * A store shows what its parents hold: under one key the shared cluster would pass for an own
   * one.
   */
  private static String keyOf(ExtensionContext context) {
    return annotation(context).isPresent() ? "own" : "shared";
  }

  private static TestCluster start(ExtensionContext context) {
    ClusterShape shape = shapeOf(context);
    return TestCluster.start(shape, settingOf(context).open(shape.workers()));
  }

  private static Setting settingOf(ExtensionContext context) {
    return annotation(context).map(OwnCluster::setting).orElse(Setting.LOOPBACK);
  }

  private static ClusterShape shapeOf(ExtensionContext context) {
    return annotation(context)
        .map(own ->
            new ClusterShape(
                own.workers(),
                own.slots(),
                own.containment(),
                ImmutableList.copyOf(own.head()),
                false))
        .orElse(ClusterShape.USUAL);
  }

  private static Optional<OwnCluster> annotation(ExtensionContext context) {
    return AnnotationSupport.findAnnotation(context.getTestMethod(), OwnCluster.class)
        .or(() -> AnnotationSupport.findAnnotation(context.getTestClass(), OwnCluster.class));
  }
}
