-- One index of one tenant. `live` is the one that answers; `building` will take its place; `dead` is
-- being removed.
CREATE TABLE spaces (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('live', 'building', 'dead')),
  -- The embedding model whose vectors all items have; NULL if some were remembered without a model.
  model TEXT,
  dimensions INTEGER
);
CREATE UNIQUE INDEX spaces_live ON spaces (tenant) WHERE state = 'live';

-- `key` also names the item in the space's own table of terms, `terms_<space>`, and in `vectors`.
CREATE TABLE items (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  space INTEGER NOT NULL,
  id TEXT NOT NULL,
  agent TEXT NOT NULL,
  session TEXT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- A hash of the agent, the kind and the words, by which what says the same is found.
  words INTEGER NOT NULL
);
CREATE UNIQUE INDEX items_id ON items (space, id);
-- In the order of the keys, which is that of remembering.
CREATE INDEX items_space ON items (space);
CREATE INDEX items_at ON items (space, at, key);
CREATE INDEX items_session ON items (space, session);
CREATE INDEX items_words ON items (space, words);

-- Apart from the items, so that these stay small. 32-bit floats, little-endian, of length 1.
CREATE TABLE vectors (
  key INTEGER PRIMARY KEY,
  vector BLOB NOT NULL
);

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
