package io.procgrid.head.api;

import com.google.common.collect.ImmutableMap;
import io.procgrid.common.id.ClusterId;
import io.procgrid.head.api.status.OutputCollector;
import io.procgrid.head.engine.CommandGateway;
import io.procgrid.head.store.BundleArchive;
import io.procgrid.head.store.RunArchive;
import io.procgrid.head.workers.OutputReader;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** The endpoints by their paths. */
public final class EndpointRegistry {
  /** How long status waits for output that is still at the workers. */
  private static final Duration OUTPUT_WAIT = Duration.ofSeconds(3);

  private final ImmutableMap<String, Endpoint> byPath;

  /**
   * @throws IllegalArgumentException when two have the same path
   */
  public EndpointRegistry(List<? extends Endpoint> endpoints) {
    ImmutableMap.Builder<String, Endpoint> map = ImmutableMap.builder();
    endpoints.forEach(endpoint -> map.put(endpoint.path(), endpoint));
    byPath = map.buildOrThrow();
  }

  /**
   * All endpoints of a head.
   *
   * @param bulk carries out long reads; not closed here
   * @param clock wall clock
   * @param version of this build, as shown
   */
  public static EndpointRegistry of(
      CommandGateway gateway,
      RunArchive runs,
      BundleArchive bundles,
      OutputReader outputs,
      BulkWork bulk,
      InstantSource clock,
      ClusterId clusterId,
      String version) {
    CoreAccess core = new CoreAccess(gateway);
    return new EndpointRegistry(
        List.of(
            new CreateProcEndpoint(core, bulk),
            new DeleteProcEndpoint(core, clock),
            new HasProcEndpoint(core),
            new ShowProcEndpoint(core, bundles, bulk),
            new ExecuteProcEndpoint(core),
            new ShowProcStatusEndpoint(
                core, runs, new OutputCollector(outputs, OUTPUT_WAIT), bulk, clock),
            new KillProcEndpoint(core, clock),
            new ForgetWorkerEndpoint(core, clock),
            new ShowSystemStatusEndpoint(core, clusterId, version),
            new ShowSystemPropertiesEndpoint()));
  }

  /** The endpoint at that path, or empty. */
  public Optional<Endpoint> find(String path) {
    return Optional.ofNullable(byPath.get(path));
  }
}
