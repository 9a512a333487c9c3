CREATE SEQUENCE outbox_position;

-- Commits whose events are to be handed on. A row lives for moments, so the table is kept small.
CREATE TABLE outbox (
  partition integer NOT NULL,
  position bigint NOT NULL,
  actor bigint NOT NULL,
  first_seq bigint NOT NULL,
  last_seq bigint NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (partition, position)
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
