-- What has the id of a run may be of another incarnation than the run: of an auto-start entry that had the id before the
-- store was restored. NULL = that of the run.
ALTER TABLE segment ADD COLUMN journal_incarnation INTEGER;
