/**
 * Commits to the virtual journal: each actor's part is checked whole, then written whole.
 *
 * @module
 */
import { addressKey } from "../engine/placement.ts";
import type { ActorCommit, CommitOutcome, HandledMark, JournalEvent } from "../journal/port.ts";
import { copy, entryKey, type Tables, tenantKey } from "./journal_tables.ts";

/** How a part ends. Nothing is written. */
export function outcomeOf(tables: Tables, part: ActorCommit): CommitOutcome {
  const { address } = part;
  if (tables.partitions[part.partition]?.epoch !== part.epoch) return "fenced";
  return unfencedOutcomeOf(tables, part, addressKey(address));
}

/** How a part ends in a journal that forgets to look at the epoch: a broken one. */
export function unfencedOutcomeOf(
  tables: Tables,
  { address, expected_seq, expected_hash, handled, timers }: ActorCommit,
  key = addressKey(address),
): CommitOutcome {
  const actor = tables.actors.get(key);
  if ((actor?.record.seq ?? 0) !== expected_seq) return "conflict";
  if (actor && actor.events.at(-1)?.hash !== expected_hash) return "conflict";
  const done = (id: string) => tables.mailbox.get(entryKey(address, id))?.mark?.refused === false;
  if (handled.some(({ id }) => done(id))) return "duplicate";
  const stands = (name: string, at: number) =>
    tables.timers.get(entryKey(address, name))?.at === at;
  if (timers.some((timer) => timer.op === "fired" && !stands(timer.name, timer.at))) {
    return "duplicate";
  }
  return "committed";
}

/** Writes a part that may be written. */
export function writePart(tables: Tables, part: ActorCommit): void {
  writeEvents(tables, part);
  for (const mark of part.handled) writeMark(tables, part, mark);
  for (const row of part.sends) tables.insert(row, part.at);
  writeTimers(tables, part);
  writeQuestions(tables, part);
  const { address, partition, at } = part;
  for (const dead of part.dead) {
    const letter = { ...copy(dead), address, at, status: "open" as const, partition };
    const key = tenantKey(address.tenant, dead.id);
    tables.letters.set(key, { ...letter, position: tables.position() });
  }
}

function writeEvents(tables: Tables, part: ActorCommit): void {
  const { address, summary, owed, at, partition } = part;
  const last = part.events.at(-1);
  if (!last) return;
  const key = addressKey(address);
  const known = tables.actors.get(key);
  const bytes = part.events.reduce((sum, { text }) => sum + utf8Length(text), 0);
  const events = part.events.map(({ text, ...event }): JournalEvent => ({
    ...event,
    payload: JSON.parse(text),
  }));
  const snapshot = part.snapshot && {
    seq: last.seq,
    version: part.snapshot.version,
    state: JSON.parse(part.snapshot.state),
  };
  if (part.outgoing) {
    const position = tables.position();
    tables.outbox.set(position, { partition, position, address, events, at });
  }
  tables.actors.set(key, {
    key: known?.key ?? tables.position(),
    partition: known?.partition ?? partition,
    owed,
    events: [...known?.events ?? [], ...events],
    snapshot: snapshot ?? known?.snapshot ?? null,
    record: {
      address,
      seq: last.seq,
      summary: copy(summary),
      created_at: known?.record.created_at ?? at,
      updated_at: at,
      bytes: (known?.record.bytes ?? 0) + bytes,
    },
  });
}

function writeMark(tables: Tables, part: ActorCommit, mark: HandledMark): void {
  const { address, partition, at } = part;
  const key = entryKey(address, mark.id);
  const known = tables.mailbox.get(key);
  const { id, digest, refused } = mark;
  const accepted = known?.mark?.refused ? undefined : known?.row;
  const row = accepted ?? { address, id, partition, command: null, sender: "", digest };
  // What was accepted under that id keeps the digest that it was accepted with.
  const kept = { id, digest: row.digest, reply: copy(mark.reply), refused };
  tables.mailbox.set(key, {
    row,
    request_id: known?.request_id ?? null,
    accepted_at: known?.accepted_at ?? at,
    attempts: known?.attempts ?? 1,
    mark: kept,
    handled_at: at,
  });
}

function writeTimers(tables: Tables, { address, timers, partition }: ActorCommit): void {
  for (const timer of timers) {
    const key = entryKey(address, timer.name);
    if (timer.op === "fired" && tables.timers.get(key)?.at !== timer.at) continue;
    tables.timers.delete(key);
    if (timer.op !== "set") continue;
    const { name, at, command } = timer;
    tables.timers.set(key, { address, name, at, command: copy(command), partition });
  }
}

function writeQuestions(tables: Tables, { address, questions, at }: ActorCommit): void {
  for (const change of questions) {
    const key = tenantKey(address.tenant, change.id);
    const known = tables.questions.get(key);
    const details = copy(change.details);
    if (change.op === "ask") {
      const { id, kind } = change;
      const open = { status: "pending", outcome: null, asked_at: at, settled_at: null };
      const position = tables.position();
      tables.questions.set(key, { id, address, kind, details, ...open, position });
    } else if (known) {
      const settled = { status: change.outcome, outcome: details, settled_at: at };
      tables.questions.set(key, { ...known, ...settled });
    }
  }
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
