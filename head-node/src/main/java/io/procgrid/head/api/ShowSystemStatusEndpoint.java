package io.procgrid.head.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.procgrid.common.id.ClusterId;
import io.procgrid.head.api.wire.Field;
import io.procgrid.head.api.wire.RecordSchema;
import io.procgrid.head.api.wire.WireRecord;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;

/** {@code /show/system/status}: that the head serves, and its workers. */
final class ShowSystemStatusEndpoint implements Endpoint {
  private static final RecordSchema REQUEST =
      RecordSchema.of("show_system_status_request", Fields.OPTIONS);
  private static final Field<ImmutableMap<String, String>> STATUS_MAP = Field.textMap("status_map");
  private static final RecordSchema RESPONSE =
      RecordSchema.of("show_system_status_response", STATUS_MAP, Fields.INFO);
  private static final OptionSchema OPTIONS = OptionSchema.of();

  private final CoreAccess core;
  private final ClusterId clusterId;
  private final String version;

  ShowSystemStatusEndpoint(CoreAccess core, ClusterId clusterId, String version) {
    this.core = core;
    this.clusterId = clusterId;
    this.version = version;
  }

  @Override
  public String path() {
    return "/show/system/status";
  }

  @Override
  public RecordSchema request() {
    return REQUEST;
  }

  @Override
  public WireRecord handle(WireRecord request, Caller caller) {
    OPTIONS.check(request.get(Fields.OPTIONS));
    Answer.Workers workers = core.ask(new Command.ShowWorkers(), Answer.Workers.class);
    return WireRecord.builder(RESPONSE)
        .put(
            STATUS_MAP,
            ImmutableMap.of(
                "system", JsonNodeFactory.instance.objectNode().put("status", "running").toString(),
                "workers", describe(workers.workers()),
                "version", version,
                "cluster_id", clusterId.value()))
        .build();
  }

  private static String describe(ImmutableList<Answer.WorkerView> workers) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (Answer.WorkerView view : workers) {
      list.addObject()
          .put("number", view.worker().number())
          .put("id", view.worker().identity().value())
          .put("address", view.worker().address())
          .put("state", view.state())
          .put("slots", view.worker().slots())
          .put("containment", view.worker().containment())
          .put("pending_kills", view.pendingKills());
    }
    return list.toString();
  }
}
