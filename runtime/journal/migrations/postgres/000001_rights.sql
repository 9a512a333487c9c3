-- The clock for leases, timers and nodes. Rounded down, so that nothing is due early.
CREATE FUNCTION now_ms() RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$ SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

-- The first key of the advisory locks, of which each partition has one: the right to write it, until the
-- transaction ends. Commits and changes of epochs take it, in the order of ids. (A row lock would
-- write to the disk, and to the same few rows at each commit.)
CREATE FUNCTION partition_locks() RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT 'partitions'::regclass::oid::integer $$;

-- Takes those of the partitions that are free or whose lease is over, and in which no commit is under
-- way. It waits for no commit: leases are prolonged over the same connection.
CREATE FUNCTION acquire_partitions(node text, ids integer[], lease_ms bigint)
RETURNS TABLE (partition integer, held_epoch bigint, until bigint)
LANGUAGE plpgsql
AS $$
DECLARE
  free integer[];
BEGIN
  free := ARRAY(
    SELECT id FROM partitions
    WHERE id = ANY(ids) AND (owner IS NULL OR lease_until < now_ms())
    ORDER BY id FOR NO KEY UPDATE
  );
  free := ARRAY(
    SELECT id FROM unnest(free) AS id WHERE pg_try_advisory_xact_lock(partition_locks(), id)
  );
  RETURN QUERY UPDATE partitions p SET owner = node, epoch = p.epoch + 1, lease_until = now_ms() + lease_ms
    WHERE p.id = ANY(free) RETURNING p.id, p.epoch, p.lease_until;
END
$$;

-- Shows that a row as large as a commit can be written, and leaves nothing behind.
CREATE FUNCTION write_probe() RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
  probe constant text := 'probe ' || pg_backend_pid();
BEGIN
  INSERT INTO settings (name, value) VALUES (probe, repeat('-', 65536));
  DELETE FROM settings WHERE name = probe;
  RETURN max(number) FROM migrations;
END
$$;
