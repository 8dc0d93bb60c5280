-- What tells a store that was restored from a backup from one with an unbroken history, and where each worker stands.

-- Every term that a head began on this store. A worker that has seen another one has seen what this store lost.
CREATE TABLE term (
  epoch_counter BIGINT PRIMARY KEY,
  epoch_nonce TEXT NOT NULL
);
INSERT INTO term (epoch_counter, epoch_nonce) SELECT epoch_counter, epoch_nonce FROM cluster;

-- MEMBER, IMPORTING, LEFT, FORGOTTEN or EMPTIED.
ALTER TABLE worker ADD COLUMN standing TEXT NOT NULL DEFAULT 'MEMBER';
UPDATE worker SET standing = 'LEFT' WHERE left_in_order = 1;
ALTER TABLE worker DROP COLUMN left_in_order;
-- JSON: process instances that were replaced without an answer of theirs and are refused for ever.
ALTER TABLE worker ADD COLUMN fenced TEXT NOT NULL DEFAULT '[]';

-- Number of the segment in its worker's journal, where it differs: the id of its run was given away a second time.
ALTER TABLE segment ADD COLUMN journal_segment INTEGER;
