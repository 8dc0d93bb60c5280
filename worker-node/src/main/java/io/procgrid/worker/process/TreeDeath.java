package io.procgrid.worker.process;

/**
 * What was seen while a tree was killed. Holding one proves that nothing of the tree is alive.
 *
 * @param liveMemberSeen whether any live member was seen after the kill began: then the kill ended
 *     the segment
 * @param membersSeen different pids seen alive after the kill began
 */
public record TreeDeath(boolean liveMemberSeen, int membersSeen) {}
