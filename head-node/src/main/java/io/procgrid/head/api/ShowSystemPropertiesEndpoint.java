package io.procgrid.head.api;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import io.procgrid.head.api.wire.Field;
import io.procgrid.head.api.wire.RecordSchema;
import io.procgrid.head.api.wire.WireRecord;

/**
 * {@code /show/system/properties}: what Kinetica's clients want to know before they call anything
 * else: which version they speak to, that there is one host, and that it is the one they called.
 */
final class ShowSystemPropertiesEndpoint implements Endpoint {
  private static final RecordSchema REQUEST =
      RecordSchema.of("show_system_properties_request", Fields.OPTIONS);
  private static final Field<ImmutableMap<String, String>> PROPERTY_MAP =
      Field.textMap("property_map");
  private static final RecordSchema RESPONSE =
      RecordSchema.of("show_system_properties_response", PROPERTY_MAP, Fields.INFO);

  private static final String PROPERTIES = "properties";
  private static final OptionSchema OPTIONS = OptionSchema.of(PROPERTIES);

  /** The API version spoken; the clients want five numbers, the last of them a long. */
  private static final String API_VERSION = "7.2.3.0.20250101000000";

  @Override
  public String path() {
    return "/show/system/properties";
  }

  @Override
  public RecordSchema request() {
    return REQUEST;
  }

  @Override
  public WireRecord handle(WireRecord request, Caller caller) {
    Options options = OPTIONS.check(request.get(Fields.OPTIONS));
    return WireRecord.builder(RESPONSE)
        .put(PROPERTY_MAP, selected(properties(caller), options.text(PROPERTIES)))
        .build();
  }

  private static ImmutableMap<String, String> properties(Caller caller) {
    return ImmutableMap.<String, String>builder()
        .put("version.gpudb_core_version", API_VERSION)
        .put("conf.number_of_hosts", "1")
        .put("conf.host0_public_urls", "http://" + caller.host())
        .put("conf.enable_worker_http_servers", "FALSE")
        .put("conf.enable_httpd_proxy", "FALSE")
        .put("conf.enable_ha", "FALSE")
        .put("conf.use_https", "FALSE")
        .put("conf.np1.enable_head_failover", "FALSE")
        .buildOrThrow();
  }

  /** An empty list means all. */
  private static ImmutableMap<String, String> selected(
      ImmutableMap<String, String> properties, String commaList) {
    ImmutableSet<String> names =
        ImmutableSet.copyOf(Splitter.on(',').trimResults().omitEmptyStrings().split(commaList));
    return names.isEmpty()
        ? properties
        : ImmutableMap.copyOf(Maps.filterKeys(properties, names::contains));
  }
}
