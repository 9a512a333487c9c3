-- Text compares byte by byte (COLLATE "C"), alike on every server. Times are milliseconds since the
-- epoch. No foreign keys: commit_parts() and purge_rows() alone write actors with what is theirs, and
-- a check for each event would cost more than the event.

CREATE TABLE settings (
  name text COLLATE "C" PRIMARY KEY,
  value text NOT NULL
);

CREATE SEQUENCE actors_key;

-- Indexed is only what hardly ever changes, so that a commit's update touches no index (HOT). The
-- index on labels begins with the label: no search for an address can stray into it, whatever the
-- planner knows of the table.
CREATE TABLE actors (
  key bigint PRIMARY KEY,
  tenant text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  partition integer NOT NULL,
  seq bigint NOT NULL,
  hash bytea NOT NULL,
  status text COLLATE "C" NOT NULL,
  label text COLLATE "C" NOT NULL,
  details text NOT NULL,
  owed boolean NOT NULL,
  -- Whether the last commit changed something that listings has, too.
  turned boolean NOT NULL,
  bytes bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
CREATE UNIQUE INDEX actors_address ON actors (tenant, type, id);
CREATE INDEX actors_label ON actors (label, tenant, type, key);

-- What actors are found by, beside them: its rows change less often than theirs.
CREATE TABLE listings (
  tenant text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  actor bigint NOT NULL,
  partition integer NOT NULL,
  status text COLLATE "C" NOT NULL,
  owed boolean NOT NULL,
  -- When a closed one was last touched, else NULL.
  closed_at bigint,
  PRIMARY KEY (tenant, type, actor)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
CREATE INDEX listings_status ON listings (status, tenant, type, actor);
CREATE INDEX listings_owed ON listings (partition, actor) WHERE owed;
CREATE INDEX listings_closed ON listings (closed_at) WHERE closed_at IS NOT NULL;

-- Beside the actors, so that lists do not read states.
CREATE TABLE snapshots (
  actor bigint PRIMARY KEY,
  seq bigint NOT NULL,
  version integer NOT NULL,
  state text NOT NULL
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

CREATE TABLE events (
  actor bigint NOT NULL,
  seq bigint NOT NULL,
  type text COLLATE "C" NOT NULL,
  v integer NOT NULL,
  -- Canonical JSON, byte for byte: jsonb would not keep it, nor hold U+0000.
  payload text NOT NULL,
  cause text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (actor, seq)
);

CREATE SEQUENCE mailbox_position;

-- handled_at IS NULL: accepted and not yet handled. Handled rows stay for the idempotency window.
CREATE TABLE mailbox (
  position bigint NOT NULL,
  tenant text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  actor text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  partition integer NOT NULL,
  command text NOT NULL,
  digest text COLLATE "C" NOT NULL,
  sender text COLLATE "C" NOT NULL,
  accepted_at bigint NOT NULL,
  attempts integer NOT NULL,
  handled_at bigint,
  reply text,
  -- Handled, and refused: its id may come again. Never of one that waits.
  refused boolean NOT NULL DEFAULT false
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
CREATE UNIQUE INDEX mailbox_id ON mailbox (tenant, type, actor, id);
CREATE INDEX mailbox_waiting ON mailbox (tenant, type, actor, position) WHERE handled_at IS NULL;
CREATE INDEX mailbox_backlog ON mailbox (partition, tenant, type, actor) WHERE handled_at IS NULL;
CREATE INDEX mailbox_handled ON mailbox (handled_at) WHERE handled_at IS NOT NULL;

CREATE TABLE timers (
  tenant text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  actor text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  partition integer NOT NULL,
  at bigint NOT NULL,
  command text NOT NULL,
  PRIMARY KEY (tenant, type, actor, name)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
CREATE INDEX timers_at ON timers (partition, at);

-- Few rows, changed every second.
CREATE TABLE partitions (
  id integer PRIMARY KEY,
  owner text COLLATE "C",
  epoch bigint NOT NULL,
  lease_until bigint
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE nodes (
  id text COLLATE "C" PRIMARY KEY,
  incarnation text COLLATE "C" NOT NULL,
  version text NOT NULL,
  protocol_version text NOT NULL,
  status text NOT NULL,
  partitions integer NOT NULL,
  started_at bigint NOT NULL,
  seen_at bigint NOT NULL,
  drain_requested boolean NOT NULL
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- The key begins with the id, like that of dead_letters: see actors_label.
CREATE TABLE approvals (
  tenant text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  position bigint GENERATED ALWAYS AS IDENTITY,
  type text COLLATE "C" NOT NULL,
  actor text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  details text NOT NULL,
  status text COLLATE "C" NOT NULL,
  outcome text NOT NULL,
  asked_at bigint NOT NULL,
  settled_at bigint,
  PRIMARY KEY (id, tenant)
);
CREATE UNIQUE INDEX approvals_list ON approvals (tenant, position);
CREATE INDEX approvals_status ON approvals (status, tenant, position);
CREATE INDEX approvals_actor ON approvals (actor, type, tenant);

CREATE TABLE agents (
  tenant text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  spec text NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (tenant, name, version)
);

CREATE TABLE dead_letters (
  position bigint GENERATED ALWAYS AS IDENTITY,
  tenant text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  actor text COLLATE "C" NOT NULL,
  partition integer NOT NULL,
  command_id text COLLATE "C" NOT NULL,
  command text NOT NULL,
  sender text COLLATE "C" NOT NULL,
  error text NOT NULL,
  attempts integer NOT NULL,
  at bigint NOT NULL,
  status text COLLATE "C" NOT NULL,
  PRIMARY KEY (id, tenant)
);
CREATE UNIQUE INDEX dead_letters_list ON dead_letters (tenant, position);
CREATE INDEX dead_letters_open ON dead_letters (status) WHERE status = 'open';
CREATE INDEX dead_letters_retried ON dead_letters (position) WHERE status = 'retried';
CREATE INDEX dead_letters_actor ON dead_letters (actor, type, tenant);

-- A server built without lz4 keeps the compression that it has.
DO $$ BEGIN
  ALTER TABLE events ALTER COLUMN payload SET COMPRESSION lz4;
  ALTER TABLE snapshots ALTER COLUMN state SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN NULL;
END $$;
