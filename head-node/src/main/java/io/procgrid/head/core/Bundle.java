package io.procgrid.head.core;

/**
 * The files of a proc on their way into the store. The core passes them on and never looks inside.
 *
 * @param hash SHA-256 of the archive, lower-case hex
 * @param archive a zip of the files; not copied, must not be changed
 */
@SuppressWarnings(
    "ArrayRecordComponent") // identity is the hash; nobody compares bundles by content
public record Bundle(String hash, byte[] archive) {}
