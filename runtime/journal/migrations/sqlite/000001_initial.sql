CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE actors (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  partition INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  status TEXT NOT NULL,
  label TEXT NOT NULL,
  details TEXT NOT NULL,
  owed INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX actors_address ON actors (tenant, type, id);
CREATE INDEX actors_list ON actors (tenant, type, key);
CREATE INDEX actors_status ON actors (tenant, type, status, key);
CREATE INDEX actors_label ON actors (tenant, type, label, key);
CREATE INDEX actors_owed ON actors (key) WHERE owed = 1;
CREATE INDEX actors_closed ON actors (updated_at) WHERE status = 'closed';

-- Beside the actors, so that lists do not read states.
CREATE TABLE snapshots (
  actor INTEGER PRIMARY KEY REFERENCES actors (key),
  seq INTEGER NOT NULL,
  version INTEGER NOT NULL,
  state TEXT NOT NULL
) STRICT;

CREATE TABLE events (
  actor INTEGER NOT NULL REFERENCES actors (key),
  seq INTEGER NOT NULL,
  type TEXT NOT NULL,
  v INTEGER NOT NULL,
  payload TEXT NOT NULL,
  cause TEXT NOT NULL,
  at INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (actor, seq)
) STRICT, WITHOUT ROWID;

-- handled_at IS NULL: accepted and not yet handled. Handled rows stay for the idempotency window.
CREATE TABLE mailbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  type TEXT NOT NULL,
  actor TEXT NOT NULL,
  id TEXT NOT NULL,
  partition INTEGER NOT NULL,
  command TEXT NOT NULL,
  digest TEXT NOT NULL,
  sender TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  handled_at INTEGER,
  reply TEXT
) STRICT;
CREATE UNIQUE INDEX mailbox_id ON mailbox (tenant, type, actor, id);
CREATE INDEX mailbox_waiting ON mailbox (tenant, type, actor, position) WHERE handled_at IS NULL;
CREATE INDEX mailbox_backlog ON mailbox (partition, tenant, type, actor) WHERE handled_at IS NULL;
CREATE INDEX mailbox_handled ON mailbox (handled_at) WHERE handled_at IS NOT NULL;

CREATE TABLE timers (
  tenant TEXT NOT NULL,
  type TEXT NOT NULL,
  actor TEXT NOT NULL,
  name TEXT NOT NULL,
  partition INTEGER NOT NULL,
  at INTEGER NOT NULL,
  command TEXT NOT NULL,
  PRIMARY KEY (tenant, type, actor, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_at ON timers (at);

CREATE TABLE partitions (
  id INTEGER PRIMARY KEY,
  owner TEXT,
  epoch INTEGER NOT NULL,
  lease_until INTEGER
) STRICT;

CREATE TABLE approvals (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  position INTEGER NOT NULL,
  type TEXT NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL,
  details TEXT NOT NULL,
  status TEXT NOT NULL,
  outcome TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  settled_at INTEGER,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX approvals_list ON approvals (tenant, position);
CREATE INDEX approvals_status ON approvals (tenant, status, position);
CREATE INDEX approvals_actor ON approvals (tenant, type, actor);

CREATE TABLE agents (
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  spec TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letters (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  actor TEXT NOT NULL,
  partition INTEGER NOT NULL,
  command_id TEXT NOT NULL,
  command TEXT NOT NULL,
  sender TEXT NOT NULL,
  error TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  at INTEGER NOT NULL,
  status TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX dead_letters_id ON dead_letters (tenant, id);
CREATE INDEX dead_letters_open ON dead_letters (status) WHERE status = 'open';
CREATE INDEX dead_letters_retried ON dead_letters (position) WHERE status = 'retried';
CREATE INDEX dead_letters_actor ON dead_letters (tenant, type, actor);
