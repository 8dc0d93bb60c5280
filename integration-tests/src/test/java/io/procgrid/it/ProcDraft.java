package io.procgrid.it;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A proc to create. Drafts do not change: each method gives a new one.
 *
 * @param files path to the bytes, one character U+0000 … U+00FF each
 */
public record ProcDraft(
    String mode,
    ImmutableMap<String, String> files,
    String command,
    ImmutableList<String> arguments,
    ImmutableMap<String, String> options) {

  /** A nondistributed proc that runs these lines of sh. */
  public static ProcDraft shell(String lines) {
    return new ProcDraft(
            "nondistributed", ImmutableMap.of(), "./run.sh", ImmutableList.of(), ImmutableMap.of())
        .file("run.sh", "#!/bin/sh\n" + lines + "\n");
  }

  /** A nondistributed proc that runs a program with arguments and has no files. */
  public static ProcDraft command(String command, String... arguments) {
    return new ProcDraft(
        "nondistributed",
        ImmutableMap.of(),
        command,
        ImmutableList.copyOf(arguments),
        ImmutableMap.of());
  }

  public ProcDraft distributed() {
    return new ProcDraft("distributed", files, command, arguments, options);
  }

  /** With a text file, UTF-8. */
  public ProcDraft file(String path, String text) {
    return fileOf(path, text.getBytes(StandardCharsets.UTF_8));
  }

  /** With a file. */
  public ProcDraft fileOf(String path, byte[] content) {
    return new ProcDraft(
        mode,
        with(files, path, new String(content, StandardCharsets.ISO_8859_1)),
        command,
        arguments,
        options);
  }

  public ProcDraft withCommand(String newCommand, String... newArguments) {
    return new ProcDraft(mode, files, newCommand, ImmutableList.copyOf(newArguments), options);
  }

  public ProcDraft option(String key, String value) {
    return new ProcDraft(mode, files, command, arguments, with(options, key, value));
  }

  /** The request of /create/proc. */
  public Map<String, Object> request(String name) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("proc_name", name);
    request.put("execution_mode", mode);
    request.put("files", files);
    request.put("command", command);
    request.put("args", arguments);
    request.put("options", options);
    return request;
  }

  private static ImmutableMap<String, String> with(
      ImmutableMap<String, String> map, String key, String value) {
    return ImmutableMap.<String, String>builder().putAll(map).put(key, value).buildKeepingLast();
  }
}
