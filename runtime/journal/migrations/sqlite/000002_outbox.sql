-- Commits whose events other systems do not have yet. The positions never come again, also when the
-- table is empty: other systems remember how far they are.
CREATE TABLE outbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  partition INTEGER NOT NULL,
  actor INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  at INTEGER NOT NULL
);

CREATE INDEX outbox_by_partition ON outbox (partition, position);

-- A refused command may be sent again under its id.
ALTER TABLE mailbox ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
