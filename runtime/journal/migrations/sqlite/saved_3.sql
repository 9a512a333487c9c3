-- A journal as version 3 of the schema left it, with something in every table. Never changed: an upgrade starts from it.
CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL);
INSERT INTO migrations VALUES (1, 'initial', 1700000000000);
INSERT INTO migrations VALUES (2, 'outbox', 1700000000000);
INSERT INTO migrations VALUES (3, 'request_ids', 1700000000000);
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO settings VALUES ('partitions', '8');
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
INSERT INTO actors VALUES (1, 'acme', 'session', 'ses_1', 1, 3, '43411c0f0e54399908ff2887a959b145cec8b635ec6b9528eadbf65d6b01e4cd', 'waiting', 'assistant', '{"turns":1}', 0, 29, 1700000000000, 1700000000000);
CREATE TABLE snapshots (
  actor INTEGER PRIMARY KEY REFERENCES actors (key),
  seq INTEGER NOT NULL,
  version INTEGER NOT NULL,
  state TEXT NOT NULL
) STRICT;
INSERT INTO snapshots VALUES (1, 2, 1, '{"n":2}');
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
INSERT INTO events VALUES (1, 1, 'noted', 1, '{"text":"it''s"}', 'cmd_1', 1700000000000, 'e5bc5a9559c9f79f5e8423310f642a8098369f395460cf7f4fc6ca739227f699');
INSERT INTO events VALUES (1, 2, 'noted', 1, '{"n":2}', 'cmd_2', 1700000000000, '07b5127d2e11ca59e00fc85576b3bb0ecf4cc7efb176f40d2ca7c5617b41877b');
INSERT INTO events VALUES (1, 3, 'noted', 1, '{"n":3}', 'cmd_3', 1700000000000, '43411c0f0e54399908ff2887a959b145cec8b635ec6b9528eadbf65d6b01e4cd');
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
, refused INTEGER NOT NULL DEFAULT 0, request_id TEXT) STRICT;
INSERT INTO mailbox VALUES (1, 'acme', 'session', 'ses_1', 'cmd_1', 1, 'null', 'd:cmd_1', 'test', 1700000000000, 0, 1700000000000, '{"ok":true}', 0, '1-0');
INSERT INTO mailbox VALUES (2, 'acme', 'session', 'ses_1', 'cmd_2', 1, '{"type":"say","id":"cmd_2"}', 'd:cmd_2', 'test', 1700000000000, 0, NULL, NULL, 0, NULL);
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
INSERT INTO timers VALUES ('acme', 'session', 'ses_1', 'turn', 1, 1699999999999, '{"type":"turn.expire"}');
CREATE TABLE partitions (
  id INTEGER PRIMARY KEY,
  owner TEXT,
  epoch INTEGER NOT NULL,
  lease_until INTEGER
) STRICT;
INSERT INTO partitions VALUES (0, 'node_1', 1, NULL);
INSERT INTO partitions VALUES (1, 'node_1', 1, NULL);
INSERT INTO partitions VALUES (2, 'node_1', 1, NULL);
INSERT INTO partitions VALUES (3, 'node_1', 1, NULL);
INSERT INTO partitions VALUES (4, 'node_1', 1, NULL);
INSERT INTO partitions VALUES (5, 'node_1', 1, NULL);
INSERT INTO partitions VALUES (6, 'node_1', 1, NULL);
INSERT INTO partitions VALUES (7, 'node_1', 1, NULL);
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
INSERT INTO approvals VALUES ('acme', 'apr_1', 1, 'session', 'ses_1', 'approval', '{"skill":"files"}', 'pending', 'null', 1700000000000, NULL);
CREATE TABLE agents (
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  spec TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, name, version)
) STRICT, WITHOUT ROWID;
INSERT INTO agents VALUES ('acme', 'assistant', 1, '{"model":"m"}', 1700000000000);
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
INSERT INTO dead_letters VALUES (1, 'acme', 'dl_1', 'session', 'ses_1', 1, 'cmd_0', '{"type":"boom"}', 'api', 'it broke', 5, 1700000000000, 'open');
CREATE UNIQUE INDEX actors_address ON actors (tenant, type, id);
CREATE INDEX actors_list ON actors (tenant, type, key);
CREATE INDEX actors_status ON actors (tenant, type, status, key);
CREATE INDEX actors_label ON actors (tenant, type, label, key);
CREATE INDEX actors_owed ON actors (key) WHERE owed = 1;
CREATE INDEX actors_closed ON actors (updated_at) WHERE status = 'closed';
CREATE UNIQUE INDEX mailbox_id ON mailbox (tenant, type, actor, id);
CREATE INDEX mailbox_waiting ON mailbox (tenant, type, actor, position) WHERE handled_at IS NULL;
CREATE INDEX mailbox_backlog ON mailbox (partition, tenant, type, actor) WHERE handled_at IS NULL;
CREATE INDEX mailbox_handled ON mailbox (handled_at) WHERE handled_at IS NOT NULL;
CREATE INDEX timers_at ON timers (at);
CREATE UNIQUE INDEX approvals_list ON approvals (tenant, position);
CREATE INDEX approvals_status ON approvals (tenant, status, position);
CREATE INDEX approvals_actor ON approvals (tenant, type, actor);
CREATE UNIQUE INDEX dead_letters_id ON dead_letters (tenant, id);
CREATE INDEX dead_letters_open ON dead_letters (status) WHERE status = 'open';
CREATE INDEX dead_letters_retried ON dead_letters (position) WHERE status = 'retried';
CREATE INDEX dead_letters_actor ON dead_letters (tenant, type, actor);
UPDATE sqlite_sequence SET seq = 3 WHERE name = 'mailbox';
UPDATE sqlite_sequence SET seq = 1 WHERE name = 'actors';
UPDATE sqlite_sequence SET seq = 1 WHERE name = 'dead_letters';
CREATE TABLE outbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  partition INTEGER NOT NULL,
  actor INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  at INTEGER NOT NULL
);
INSERT INTO outbox VALUES (7, 1, 1, 3, 3, 1700000000000);
CREATE INDEX outbox_by_partition ON outbox (partition, position);
