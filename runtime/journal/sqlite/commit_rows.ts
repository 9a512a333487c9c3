/**
 * The rows of one actor's part of a commit.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Address } from "../../../actors/behavior.ts";
import { canonicalJson } from "../canonical_json.ts";
import type { ActorCommit } from "../port.ts";
import type { Connection } from "./connection.ts";
import { createMailboxWriter } from "./mailbox.ts";
import { createOutboxWriter } from "./outbox.ts";

/** Writes the rows of a part that was found good. */
export interface RowWriter {
  /** @param key the actor's row, or null when it has none yet */
  write(part: ActorCommit, key: number | null): void;
}

/** Prepares the statements. */
export function createRowWriter(db: Connection): RowWriter {
  const mailbox = createMailboxWriter(db);
  const noteOutgoing = createOutboxWriter(db);
  const insertActor = db.prepare(
    "INSERT INTO actors (seq, hash, status, label, details, owed, bytes, updated_at, tenant, type, id, partition, created_at) " +
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key",
  );
  const updateActor = db.prepare(
    "UPDATE actors SET seq = ?, hash = ?, status = ?, label = ?, details = ?, owed = ?, bytes = bytes + ?, updated_at = ? WHERE key = ?",
  );
  const insertEvent = db.prepare(
    "INSERT INTO events (actor, seq, type, v, payload, cause, at, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const putSnapshot = db.prepare(
    "INSERT INTO snapshots (actor, seq, version, state) VALUES (?, ?, ?, ?) " +
      "ON CONFLICT (actor) DO UPDATE SET seq = excluded.seq, version = excluded.version, state = excluded.state",
  );
  const putTimer = db.prepare(
    "INSERT INTO timers (tenant, type, actor, name, partition, at, command) VALUES (?, ?, ?, ?, ?, ?, ?) " +
      "ON CONFLICT (tenant, type, actor, name) DO UPDATE SET at = excluded.at, command = excluded.command",
  );
  const deleteTimer = db.prepare(
    "DELETE FROM timers WHERE tenant = ? AND type = ? AND actor = ? AND name = ?",
  );
  const deleteFired = db.prepare(
    "DELETE FROM timers WHERE tenant = ? AND type = ? AND actor = ? AND name = ? AND at = ?",
  );
  const ask = db.prepare(
    "INSERT INTO approvals (tenant, id, position, type, actor, kind, details, status, outcome, asked_at) " +
      "VALUES (?1, ?2, (SELECT coalesce(max(position), 0) + 1 FROM approvals WHERE tenant = ?1), ?3, ?4, ?5, ?6, 'pending', 'null', ?7)",
  );
  const settle = db.prepare(
    "UPDATE approvals SET status = ?, outcome = ?, settled_at = ? WHERE tenant = ? AND id = ?",
  );
  const insertDead = db.prepare(
    "INSERT INTO dead_letters (tenant, id, type, actor, partition, command_id, command, sender, error, attempts, at, status) " +
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open')",
  );

  function writeEvents(part: ActorCommit, known: number | null): void {
    const last = part.events.at(-1);
    if (!last) return;
    const { summary, address } = part;
    const bytes = part.events.reduce((sum, event) => sum + Buffer.byteLength(event.text), 0);
    const { status, label } = summary;
    const details = canonicalJson(summary.details);
    const owed = part.owed ? 1 : 0;
    const shared = [last.seq, last.hash, status, label, details, owed, bytes, part.at] as const;
    let key = known;
    if (key === null) {
      const { tenant, type, id } = address;
      key = Number(insertActor.get(...shared, tenant, type, id, part.partition, part.at)?.key);
    } else {
      updateActor.run(...shared, key);
    }
    for (const event of part.events) {
      insertEvent.run(
        key,
        event.seq,
        event.type,
        event.v,
        event.text,
        event.cause,
        event.at,
        event.hash,
      );
    }
    noteOutgoing(part, key);
    const { snapshot } = part;
    if (snapshot) putSnapshot.run(key, last.seq, snapshot.version, snapshot.state);
  }

  function writeTimers(part: ActorCommit, { tenant, type, id }: Address): void {
    for (const timer of part.timers) {
      if (timer.op === "clear") deleteTimer.run(tenant, type, id, timer.name);
      else if (timer.op === "fired") deleteFired.run(tenant, type, id, timer.name, timer.at);
      else {putTimer.run(
          tenant,
          type,
          id,
          timer.name,
          part.partition,
          timer.at,
          JSON.stringify(timer.command),
        );}
    }
  }

  function writeQuestions(part: ActorCommit, { tenant, type, id }: Address): void {
    for (const change of part.questions) {
      const details = JSON.stringify(change.details);
      if (change.op === "ask") ask.run(tenant, change.id, type, id, change.kind, details, part.at);
      else settle.run(change.outcome, details, part.at, tenant, change.id);
    }
  }

  function writeDead(part: ActorCommit, { tenant, type, id }: Address): void {
    for (const dead of part.dead) {
      const { command_id, sender, error, attempts } = dead;
      const command = JSON.stringify(dead.command);
      insertDead.run(
        tenant,
        dead.id,
        type,
        id,
        part.partition,
        command_id,
        command,
        sender,
        error,
        attempts,
        part.at,
      );
    }
  }

  return {
    write(part, key) {
      writeEvents(part, key);
      for (const mark of part.handled) mailbox.markHandled(part, mark);
      for (const row of part.sends) mailbox.insert(row, part.at);
      writeTimers(part, part.address);
      writeQuestions(part, part.address);
      writeDead(part, part.address);
    },
  };
}
