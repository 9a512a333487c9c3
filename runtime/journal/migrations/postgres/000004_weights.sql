-- What a node says of itself since nodes have weights. A program of an earlier version writes none of it,
-- so it holds only for the incarnation that `described` names. To those programs `status` says who takes
-- partitions: it is 'active' of a node that is, and whose weight is not 0. `state` is what that node says.
ALTER TABLE nodes
  ADD COLUMN described text COLLATE "C",
  ADD COLUMN state text,
  ADD COLUMN weight double precision,
  ADD COLUMN labels text;

-- Asks a node to drain. Unless forced, one that takes partitions is asked only if another one, seen
-- within so many milliseconds, takes some too. Two requests wait for each other: without that, each
-- could count on the node that the other one is about to drain.
CREATE FUNCTION request_drain(node text, alive_ms bigint, forced boolean) RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock('nodes'::regclass::oid::integer, 0);
  IF NOT EXISTS (SELECT FROM nodes WHERE id = node) THEN
    RETURN 'unknown';
  END IF;
  IF NOT forced
    AND EXISTS (SELECT FROM nodes WHERE id = node AND status = 'active' AND NOT drain_requested)
    AND NOT EXISTS (
      SELECT FROM nodes WHERE id <> node AND status = 'active' AND NOT drain_requested
        AND seen_at >= now_ms() - alive_ms
    )
  THEN
    RETURN 'last';
  END IF;
  UPDATE nodes SET drain_requested = true WHERE id = node;
  RETURN 'asked';
END
$$;
