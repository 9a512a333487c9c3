-- Commits the parts of many actors: all arrays of one letter are columns of one table, and x_part says
-- to which part (from 1) a row belongs. Returns for each part its actor's key (0: none), or why it was
-- left out: -1 fenced, -2 conflict, -3 duplicate.
--
-- Each statement sees all that was committed before it, and with the partitions locked no other commit
-- can come between. Order of locks: partitions by id; actors; marks of refused commands, then new
-- mailbox rows, each by address and id; waiting mailbox rows by position; the rest belongs to these
-- actors alone. accept() and take() keep to that order, and purge_rows() waits for nobody.
--
-- Arrays are read by subscript, which is cheaper than unnest() of many: plpgsql holds them unpacked,
-- except for the queries of loops, of which there are none for that reason.
-- The settings keep the plans from depending on what is known of the tables when they are made: a
-- plan made while they are empty must serve when they are full.
CREATE FUNCTION commit_parts(
  partition_ids integer[],
  p_tenant text[], p_type text[], p_id text[], p_partition integer[], p_epoch bigint[],
  p_expected bigint[], p_at bigint[], p_seq bigint[], p_hash text[], p_status text[], p_label text[],
  p_details text[], p_owed boolean[], p_bytes bigint[], p_outgoing_from bigint[],
  e_part integer[], e_seq bigint[], e_type text[], e_v integer[], e_payload text[], e_cause text[],
  e_at bigint[], e_hash text[],
  s_part integer[], s_version integer[], s_state text[],
  h_part integer[], h_id text[], h_digest text[], h_reply text[], h_refused boolean[],
  m_part integer[], m_tenant text[], m_type text[], m_actor text[], m_id text[], m_partition integer[],
  m_command text[], m_digest text[], m_sender text[],
  f_part integer[], f_name text[], f_at bigint[],
  t_part integer[], t_name text[], t_at bigint[], t_command text[],
  a_part integer[], a_id text[], a_kind text[], a_details text[], a_status text[], a_outcome text[],
  a_settled_at bigint[],
  q_part integer[], q_id text[], q_status text[], q_outcome text[],
  d_part integer[], d_id text[], d_command_id text[], d_command text[], d_sender text[], d_error text[],
  d_attempts integer[]
) RETURNS bigint[]
LANGUAGE plpgsql
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  parts constant integer := cardinality(p_id);
  keys bigint[];
  hits integer[];
  refused_before integer[];
  hit_keys bigint[];
  relisted integer[];
  written integer;
  wanted integer := 0;
  part integer;
BEGIN
  PERFORM pg_advisory_xact_lock(partition_locks(), id) FROM unnest(partition_ids) AS id;

  -- Who has the partitions.
  keys := ARRAY(
    SELECT CASE WHEN p.epoch = p_epoch[i] THEN 0 ELSE -1 END
    FROM generate_series(1, parts) AS i LEFT JOIN partitions p ON p.id = p_partition[i]
    ORDER BY i
  );

  -- What was handled, and which timers stand.
  IF cardinality(h_part) > 0 THEN
    SELECT coalesce(array_agg(h_part[i]) FILTER (WHERE NOT m.refused), '{}'),
      array_agg(i) FILTER (WHERE m.refused)
    INTO hits, refused_before
    FROM generate_series(1, cardinality(h_part)) AS i
    JOIN mailbox m ON m.tenant = p_tenant[h_part[i]] AND m.type = p_type[h_part[i]]
      AND m.actor = p_id[h_part[i]] AND m.id = h_id[i]
    WHERE coalesce(m.handled_at, -1) <> -1;
    FOREACH part IN ARRAY hits LOOP
      IF keys[part] = 0 THEN keys[part] := -3; END IF;
    END LOOP;
  END IF;
  IF cardinality(f_part) > 0 THEN
    hits := ARRAY(
      SELECT f_part[i]
      FROM generate_series(1, cardinality(f_part)) AS i
      LEFT JOIN timers t ON t.tenant = p_tenant[f_part[i]] AND t.type = p_type[f_part[i]]
        AND t.actor = p_id[f_part[i]] AND t.name = f_name[i]
      WHERE t.at IS DISTINCT FROM f_at[i]
    );
    FOREACH part IN ARRAY hits LOOP
      IF keys[part] = 0 THEN keys[part] := -3; END IF;
    END LOOP;
  END IF;

  -- How far the actors are. Those with events are compared when they are written.
  IF 0 = ANY(p_seq) OR -3 = ANY(keys) THEN
    hits := ARRAY(
      SELECT i
      FROM generate_series(1, parts) AS i
      LEFT JOIN actors a ON a.tenant = p_tenant[i] AND a.type = p_type[i] AND a.id = p_id[i]
      WHERE (keys[i] = -3 OR keys[i] = 0 AND p_seq[i] = 0) AND coalesce(a.seq, 0) <> p_expected[i]
    );
    FOREACH part IN ARRAY hits LOOP
      keys[part] := -2;
    END LOOP;
  END IF;

  IF cardinality(e_part) > 0 THEN
    WITH moved AS (
      UPDATE actors a SET seq = p_seq[i], hash = decode(p_hash[i], 'hex'), status = p_status[i],
        label = p_label[i], details = p_details[i], owed = p_owed[i], bytes = a.bytes + p_bytes[i],
        updated_at = p_at[i],
        turned = a.status <> p_status[i] OR a.owed <> p_owed[i] OR p_status[i] = 'closed'
      FROM generate_series(1, parts) AS i
      WHERE keys[i] = 0 AND p_seq[i] > 0 AND p_expected[i] > 0 AND a.tenant = p_tenant[i]
        AND a.type = p_type[i] AND a.id = p_id[i] AND a.seq = p_expected[i]
      RETURNING i, a.key, a.turned
    )
    SELECT array_agg(i), array_agg(key), array_agg(i) FILTER (WHERE turned)
    INTO hits, hit_keys, relisted FROM moved;
    FOR i IN 1 .. coalesce(cardinality(hits), 0) LOOP
      keys[hits[i]] := hit_keys[i];
    END LOOP;

    IF 0 = ANY(keys) THEN
      FOR part IN 1 .. parts LOOP
        IF keys[part] <> 0 OR p_seq[part] = 0 THEN CONTINUE; END IF;
        IF p_expected[part] > 0 THEN keys[part] := -2; CONTINUE; END IF;
        keys[part] := nextval('actors_key');
        wanted := wanted + 1;
      END LOOP;
      INSERT INTO actors (key, tenant, type, id, partition, seq, hash, status, label, details, owed,
        turned, bytes, created_at, updated_at)
      SELECT keys[i], p_tenant[i], p_type[i], p_id[i], p_partition[i], p_seq[i], decode(p_hash[i], 'hex'),
        p_status[i], p_label[i], p_details[i], p_owed[i], false, p_bytes[i], p_at[i], p_at[i]
      FROM generate_series(1, parts) AS i
      WHERE keys[i] > 0 AND p_expected[i] = 0 AND p_seq[i] > 0
      ON CONFLICT DO NOTHING;
      GET DIAGNOSTICS written = ROW_COUNT;
      IF written < wanted THEN
        hits := ARRAY(
          SELECT i FROM generate_series(1, parts) AS i
          WHERE keys[i] > 0 AND NOT EXISTS (SELECT FROM actors a WHERE a.key = keys[i])
        );
        FOREACH part IN ARRAY hits LOOP
          keys[part] := -2;
        END LOOP;
      END IF;
      INSERT INTO listings (tenant, type, actor, partition, status, owed, closed_at)
      SELECT p_tenant[i], p_type[i], keys[i], p_partition[i], p_status[i], p_owed[i],
        CASE WHEN p_status[i] = 'closed' THEN p_at[i] END
      FROM generate_series(1, parts) AS i
      WHERE keys[i] > 0 AND p_expected[i] = 0 AND p_seq[i] > 0;
    END IF;

    IF relisted IS NOT NULL THEN
      UPDATE listings l SET status = p_status[i], owed = p_owed[i],
        closed_at = CASE WHEN p_status[i] = 'closed' THEN p_at[i] END
      FROM unnest(relisted) AS i
      WHERE l.tenant = p_tenant[i] AND l.type = p_type[i] AND l.actor = keys[i];
    END IF;

    INSERT INTO events (actor, seq, type, v, payload, cause, at, hash)
    SELECT keys[e_part[i]], e_seq[i], e_type[i], e_v[i], e_payload[i], e_cause[i], e_at[i],
      decode(e_hash[i], 'hex')
    FROM generate_series(1, cardinality(e_part)) AS i
    WHERE keys[e_part[i]] > 0;

    -- p_outgoing_from: the first seq that is to be handed on, or 0. The lock keeps the positions of a
    -- partition in the order of its commits.
    IF NOT 0 = ALL(p_outgoing_from) THEN
      INSERT INTO outbox (partition, position, actor, first_seq, last_seq, at)
      SELECT p_partition[i], nextval('outbox_position'), keys[i], p_outgoing_from[i], p_seq[i], p_at[i]
      FROM generate_series(1, parts) AS i
      WHERE p_outgoing_from[i] > 0 AND keys[i] > 0
      ORDER BY i;
    END IF;

    IF cardinality(s_part) > 0 THEN
      INSERT INTO snapshots (actor, seq, version, state)
      SELECT keys[s_part[i]], p_seq[s_part[i]], s_version[i], s_state[i]
      FROM generate_series(1, cardinality(s_part)) AS i
      WHERE keys[s_part[i]] > 0
      ON CONFLICT (actor) DO UPDATE
        SET seq = excluded.seq, version = excluded.version, state = excluded.state;
    END IF;
  END IF;

  -- Marks of what was refused before.
  IF refused_before IS NOT NULL THEN
    UPDATE mailbox m SET handled_at = p_at[h_part[w.i]], digest = h_digest[w.i], reply = h_reply[w.i],
      refused = h_refused[w.i]
    FROM (
      SELECT i, refused.id
      FROM (
        SELECT i FROM unnest(refused_before) AS i
        WHERE keys[h_part[i]] >= 0
        ORDER BY p_tenant[h_part[i]], p_type[h_part[i]], p_id[h_part[i]], h_id[i]
      ) AS marks
      CROSS JOIN LATERAL (
        SELECT id FROM mailbox
        WHERE tenant = p_tenant[h_part[i]] AND type = p_type[h_part[i]] AND actor = p_id[h_part[i]]
          AND id = h_id[i] AND refused
        FOR UPDATE
      ) AS refused
    ) AS w
    WHERE m.tenant = p_tenant[h_part[w.i]] AND m.type = p_type[h_part[w.i]]
      AND m.actor = p_id[h_part[w.i]] AND m.id = w.id;
  END IF;

  -- Marks of what came straight from its sender, and messages to others.
  IF cardinality(h_part) + cardinality(m_part) > 0 THEN
    INSERT INTO mailbox (position, tenant, type, actor, id, partition, command, digest, sender,
      accepted_at, attempts, handled_at, reply, refused)
    SELECT position, tenant, type, actor, id, partition, command, digest, sender, p_at[row_part], attempts,
      handled_at, reply, refused
    FROM (
      SELECT nextval('mailbox_position') AS position, *
      FROM (
        SELECT h_part[i] AS row_part, 0 AS rank, i, p_tenant[h_part[i]] AS tenant,
          p_type[h_part[i]] AS type, p_id[h_part[i]] AS actor, h_id[i] AS id,
          p_partition[h_part[i]] AS partition, 'null' AS command, h_digest[i] AS digest, '' AS sender,
          1 AS attempts, p_at[h_part[i]] AS handled_at, h_reply[i] AS reply, h_refused[i] AS refused
        FROM generate_series(1, cardinality(h_part)) AS i
        WHERE keys[h_part[i]] >= 0
        UNION ALL
        SELECT m_part[i], 1, i, m_tenant[i], m_type[i], m_actor[i], m_id[i], m_partition[i],
          m_command[i], m_digest[i], m_sender[i], 0, NULL, NULL, false
        FROM generate_series(1, cardinality(m_part)) AS i
        WHERE keys[m_part[i]] >= 0
        ORDER BY row_part, rank, i
      ) AS in_order
    ) AS numbered
    ORDER BY tenant, type, actor, id, position
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS written = ROW_COUNT;

    -- Marks of what stood in the mailbox. The command itself is not needed any more.
    -- (coalesce() and not IS NULL: the index of waiting rows would be searched through.)
    IF written < cardinality(h_part) + cardinality(m_part) THEN
      UPDATE mailbox m SET command = 'null', handled_at = p_at[h_part[w.i]], reply = h_reply[w.i],
        refused = h_refused[w.i]
      FROM (
        SELECT i, w.id
        FROM generate_series(1, cardinality(h_part)) AS i
        JOIN mailbox w ON w.tenant = p_tenant[h_part[i]] AND w.type = p_type[h_part[i]]
          AND w.actor = p_id[h_part[i]] AND w.id = h_id[i]
        WHERE keys[h_part[i]] >= 0 AND coalesce(w.handled_at, -1) = -1
        ORDER BY w.position
        FOR UPDATE OF w
      ) AS w
      WHERE m.tenant = p_tenant[h_part[w.i]] AND m.type = p_type[h_part[w.i]]
        AND m.actor = p_id[h_part[w.i]] AND m.id = w.id;
    END IF;
  END IF;

  -- A timer without a time is to go.
  IF cardinality(t_part) > 0 THEN
    DELETE FROM timers t USING generate_series(1, cardinality(t_part)) AS i
    WHERE t_at[i] IS NULL AND keys[t_part[i]] >= 0 AND t.tenant = p_tenant[t_part[i]]
      AND t.type = p_type[t_part[i]] AND t.actor = p_id[t_part[i]] AND t.name = t_name[i];
    INSERT INTO timers (tenant, type, actor, name, partition, at, command)
    SELECT p_tenant[t_part[i]], p_type[t_part[i]], p_id[t_part[i]], t_name[i], p_partition[t_part[i]],
      t_at[i], t_command[i]
    FROM generate_series(1, cardinality(t_part)) AS i
    WHERE t_at[i] IS NOT NULL AND keys[t_part[i]] >= 0
    ON CONFLICT (tenant, type, actor, name) DO UPDATE SET at = excluded.at, command = excluded.command;
  END IF;

  IF cardinality(a_part) > 0 THEN
    INSERT INTO approvals (tenant, id, type, actor, kind, details, status, outcome, asked_at, settled_at)
    SELECT p_tenant[a_part[i]], a_id[i], p_type[a_part[i]], p_id[a_part[i]], a_kind[i], a_details[i],
      a_status[i], a_outcome[i], p_at[a_part[i]], a_settled_at[i]
    FROM generate_series(1, cardinality(a_part)) AS i
    WHERE keys[a_part[i]] >= 0
    ORDER BY i;
  END IF;
  IF cardinality(q_part) > 0 THEN
    UPDATE approvals a SET status = q_status[i], outcome = q_outcome[i], settled_at = p_at[q_part[i]]
    FROM generate_series(1, cardinality(q_part)) AS i
    WHERE keys[q_part[i]] >= 0 AND a.id = q_id[i] AND (a.tenant || '') = p_tenant[q_part[i]];
  END IF;

  IF cardinality(d_part) > 0 THEN
    INSERT INTO dead_letters (tenant, id, type, actor, partition, command_id, command, sender, error,
      attempts, at, status)
    SELECT p_tenant[d_part[i]], d_id[i], p_type[d_part[i]], p_id[d_part[i]], p_partition[d_part[i]],
      d_command_id[i], d_command[i], d_sender[i], d_error[i], d_attempts[i], p_at[d_part[i]], 'open'
    FROM generate_series(1, cardinality(d_part)) AS i
    WHERE keys[d_part[i]] >= 0
    ORDER BY i;
  END IF;

  RETURN keys;
END
$$;
