package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;

/**
 * What a caller of execute asked for, as stored and shown. Only what dispatch needs stays on the
 * heap afterwards.
 *
 * @param procName name of an existing proc
 * @param params name to text
 * @param binParams name to bytes
 * @param inputTableNames as given
 * @param inputColumnNames as given
 * @param outputTableNames as given
 * @param options as given, for display
 * @param runTag empty = none
 * @param maxOutputLines latest lines of each stream to show; 0 = none
 * @param executeAtStartup true: an auto-start entry that does not run now
 */
public record RunRequest(
    String procName,
    ImmutableMap<String, String> params,
    ImmutableMap<String, ByteString> binParams,
    ImmutableList<String> inputTableNames,
    ImmutableMap<String, ImmutableList<String>> inputColumnNames,
    ImmutableList<String> outputTableNames,
    ImmutableMap<String, String> options,
    String runTag,
    int maxOutputLines,
    boolean executeAtStartup) {}
