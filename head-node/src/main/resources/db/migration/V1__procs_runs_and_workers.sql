-- What a head must not forget. The same statements serve SQLite and PostgreSQL; the placeholders are what they differ in:
--   id         type of a 64-bit integer key; SQLite then keeps the rows themselves in its order
--   bytes      type of binary data
--   clustered  what keeps the rows of a table in the order of its key
-- Times are milliseconds since 1970 on the wall clock. Columns named in JSON hold a value as a whole: nothing selects by
-- what is inside. Booleans are 0 and 1.

-- One row. Every commit of a head writes it, and thereby checks that the epoch is still its own.
CREATE TABLE cluster (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  cluster_id TEXT NOT NULL,
  epoch_counter BIGINT NOT NULL,
  epoch_nonce TEXT NOT NULL,
  -- Counts cluster starts.
  cluster_start BIGINT NOT NULL,
  -- Boot of the host of the latest head; empty where it is not known.
  boot_id TEXT NOT NULL,
  -- 1 when the latest head stopped in order.
  ordered_stop INTEGER NOT NULL,
  next_run_id BIGINT NOT NULL,
  -- Number of the latest commit: tells whether one whose answer was lost took place.
  latest_commit BIGINT NOT NULL,
  -- Counts the commits that were made for no other purpose than to settle that question.
  settlements BIGINT NOT NULL
);

CREATE TABLE bundle (
  hash TEXT PRIMARY KEY,
  archive ${bytes} NOT NULL
);

CREATE TABLE proc (
  name TEXT PRIMARY KEY,
  bundle_hash TEXT NOT NULL REFERENCES bundle (hash),
  -- JSON
  definition TEXT NOT NULL
);

CREATE TABLE run (
  run_id ${id} PRIMARY KEY,
  proc_name TEXT NOT NULL,
  run_tag TEXT NOT NULL,
  -- No reference: the bundle of a run that is over may be gone.
  bundle_hash TEXT NOT NULL,
  max_output_lines INTEGER NOT NULL,
  -- JSON
  request TEXT NOT NULL,
  -- JSON: the proc as it was when the run was created.
  definition TEXT NOT NULL,
  -- When the current incarnation was accepted; for an entry that never ran, the entry itself.
  accepted_at_millis BIGINT NOT NULL,
  -- The current one; 0 for an auto-start entry that never ran.
  incarnation INTEGER NOT NULL,
  -- NULL while it is not over.
  status TEXT,
  ended_at_millis BIGINT NOT NULL,
  -- JSON: facts of the kill that is to end it, or did; NULL when there was none.
  intent TEXT
);
CREATE INDEX run_by_tag ON run (run_tag, proc_name);
CREATE INDEX run_by_proc ON run (proc_name);
CREATE INDEX run_not_over ON run (run_id) WHERE status IS NULL;

CREATE TABLE auto_start (
  run_id ${id} PRIMARY KEY REFERENCES run (run_id) ON DELETE CASCADE,
  -- The last cluster start in which the entry had its turn.
  taken_cluster_start BIGINT NOT NULL,
  -- 1 when the status of the current incarnation was cleared: nothing of it is shown any more.
  cleared INTEGER NOT NULL
);

-- Segments of the current incarnation of each run.
CREATE TABLE segment (
  run_id BIGINT NOT NULL REFERENCES run (run_id) ON DELETE CASCADE,
  segment INTEGER NOT NULL,
  incarnation INTEGER NOT NULL,
  data_segment_id TEXT NOT NULL,
  -- The worker it is meant for; 0 while that is not chosen.
  worker_number INTEGER NOT NULL,
  -- Where it was placed: all NULL while it was not.
  placed_identity TEXT,
  placed_instance TEXT,
  placed_boot_id TEXT,
  placed_machine TEXT,
  -- NULL while it is not over.
  status TEXT,
  -- JSON: message and outcome; NULL while it is not over.
  ending TEXT,
  -- 1 while its output, if it writes any, is not in the store.
  output_due INTEGER NOT NULL,
  PRIMARY KEY (run_id, segment)
) ${clustered};
CREATE INDEX segment_output_due ON segment (run_id) WHERE output_due = 1;

CREATE TABLE output (
  run_id BIGINT NOT NULL,
  segment INTEGER NOT NULL,
  -- JSON
  lines TEXT NOT NULL,
  PRIMARY KEY (run_id, segment),
  FOREIGN KEY (run_id, segment) REFERENCES segment (run_id, segment) ON DELETE CASCADE
);

CREATE TABLE worker (
  identity TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  instance TEXT NOT NULL,
  address TEXT NOT NULL,
  slots INTEGER NOT NULL,
  -- JSON
  host TEXT NOT NULL,
  containment TEXT NOT NULL,
  left_in_order INTEGER NOT NULL
);
