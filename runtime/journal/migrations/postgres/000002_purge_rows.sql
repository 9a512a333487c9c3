-- Deletes what is kept under the address of an actor, and not locked. Returns how many rows.
CREATE FUNCTION purge_address(of_tenant text, of_type text, of_actor text, budget integer)
RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
  deleted integer := 0;
  more integer;
  target regclass;
BEGIN
  FOREACH target IN ARRAY ARRAY['mailbox', 'timers', 'approvals', 'dead_letters']::regclass[] LOOP
    EXECUTE format(
      'DELETE FROM %1$s WHERE ctid = ANY(ARRAY(SELECT ctid FROM %1$s '
      'WHERE tenant = $1 AND type = $2 AND actor = $3 LIMIT $4 FOR UPDATE SKIP LOCKED))', target
    ) USING of_tenant, of_type, of_actor, budget - deleted;
    GET DIAGNOSTICS more = ROW_COUNT;
    deleted := deleted + more;
  END LOOP;
  RETURN deleted;
END
$$;

-- Deletes what has had its time, at most `budget` rows, and waits for nobody's lock: what is locked is
-- left for the next call. A closed actor goes in three steps, however many calls they take: what is
-- kept under its address; the address itself, so that nobody ever reads half a history and a new actor
-- may have it (no actor has an empty address: these rows are to be deleted, and nothing else); then
-- its events, and in the end its row, by which the rest was found.
CREATE FUNCTION purge_rows(handled_before bigint, closed_before bigint, budget integer)
RETURNS integer
LANGUAGE plpgsql
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $$
DECLARE
  deleted integer;
  more integer;
  actor_key bigint;
  of_tenant text;
  of_type text;
  of_id text;
BEGIN
  DELETE FROM mailbox WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM mailbox WHERE handled_at < handled_before LIMIT budget FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  -- Within a partition the oldest come first.
  DELETE FROM outbox WHERE ctid = ANY(ARRAY(
    SELECT o.ctid FROM outbox o WHERE (o.partition, o.position) IN (
      SELECT p.id, oldest.position FROM partitions p CROSS JOIN LATERAL (
        SELECT position, at FROM outbox WHERE partition = p.id ORDER BY position LIMIT budget - deleted
      ) AS oldest
      WHERE oldest.at < handled_before)
    LIMIT budget - deleted FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS more = ROW_COUNT;
  deleted := deleted + more;
  -- The command of a retried letter lies in the mailbox until it has been handled for long enough.
  DELETE FROM dead_letters WHERE ctid = ANY(ARRAY(
    SELECT d.ctid FROM dead_letters d
    WHERE d.status = 'retried' AND NOT EXISTS (SELECT FROM mailbox m WHERE m.tenant = d.tenant
      AND m.type = d.type AND m.actor = d.actor AND m.id = d.id)
    LIMIT budget - deleted FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS more = ROW_COUNT;
  deleted := deleted + more;

  FOR actor_key, of_tenant, of_type, of_id IN
    SELECT a.key, a.tenant, a.type, a.id
    FROM listings l JOIN actors a ON a.key = l.actor
    WHERE l.closed_at < closed_before AND a.status = 'closed' AND a.updated_at < closed_before
    LIMIT budget - deleted FOR UPDATE OF a SKIP LOCKED
  LOOP
    deleted := deleted + purge_address(of_tenant, of_type, of_id, budget - deleted);
    EXIT WHEN deleted >= budget;
    -- Something was locked.
    CONTINUE WHEN EXISTS (SELECT FROM mailbox WHERE tenant = of_tenant AND type = of_type AND actor = of_id)
      OR EXISTS (SELECT FROM timers WHERE tenant = of_tenant AND type = of_type AND actor = of_id)
      OR EXISTS (SELECT FROM approvals WHERE tenant = of_tenant AND type = of_type AND actor = of_id)
      OR EXISTS (SELECT FROM dead_letters WHERE tenant = of_tenant AND type = of_type AND actor = of_id);
    UPDATE actors SET tenant = '', type = '', id = actor_key, status = 'purged', owed = false
      WHERE key = actor_key;
    UPDATE listings SET tenant = '', type = '', status = 'purged', owed = false, closed_at = NULL
      WHERE tenant = of_tenant AND type = of_type AND actor = actor_key;
  END LOOP;

  FOR actor_key IN
    SELECT actor FROM listings WHERE tenant = '' AND type = '' LIMIT budget - deleted
      FOR UPDATE SKIP LOCKED
  LOOP
    EXIT WHEN deleted >= budget;
    DELETE FROM events WHERE actor = actor_key AND seq IN (
      SELECT seq FROM events WHERE actor = actor_key ORDER BY seq LIMIT budget - deleted);
    GET DIAGNOSTICS more = ROW_COUNT;
    deleted := deleted + more;
    EXIT WHEN deleted >= budget;
    DELETE FROM snapshots WHERE actor = actor_key;
    GET DIAGNOSTICS more = ROW_COUNT;
    deleted := deleted + more;
    EXIT WHEN deleted >= budget;
    DELETE FROM actors WHERE key = actor_key;
    DELETE FROM listings WHERE tenant = '' AND type = '' AND actor = actor_key;
    deleted := deleted + 1;
  END LOOP;
  RETURN deleted;
END
$$;
