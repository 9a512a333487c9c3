/**
 * A batch of parts as the columns that `commit.ts` hands to the database's function: `commit_parts()` in
 * `migrations/postgres/000002_commit_parts.sql`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { canonicalJson } from "../canonical_json.ts";
import type { ActorCommit } from "../port.ts";
import { arrayLiteral, type Element } from "./array_literal.ts";
import { addressValues } from "./row.ts";
import { lastQuestions } from "./question_changes.ts";
import { storedText } from "../../stored_text.ts";
import { firedTimers, lastTimers } from "./timer_changes.ts";

/** The tables, in the order of the statement's arguments, each with its number of columns. */
const WIDTHS = {
  locks: 1,
  parts: 15,
  events: 8,
  snapshots: 3,
  handled: 5,
  messages: 9,
  fired: 3,
  timers: 4,
  asked: 7,
  settled: 4,
  dead: 7,
  before: 1,
} as const;

type Table = keyof typeof WIDTHS;

/** How many arguments the statement has. */
export const COLUMN_COUNT = Object.values(WIDTHS).reduce((sum, width) => sum + width, 0);

/** Tables column by column, as the statement wants them. */
class Columns {
  readonly #tables: Readonly<Record<Table, readonly Element[][]>>;

  constructor() {
    const empty = Object.entries(WIDTHS).map(([table, width]) => [
      table,
      Array.from({ length: width }, (): Element[] => []),
    ]);
    this.#tables = Object.fromEntries(empty);
  }

  add(table: Table, ...row: readonly Element[]): void {
    const columns = this.#tables[table];
    for (let i = 0; i < columns.length; i++) columns[i]?.push(row[i] ?? null);
  }

  literals(): string[] {
    return Object.values(this.#tables).flat().map(arrayLiteral);
  }
}

/** The values for the statement's arguments. */
export function toColumns(batch: readonly ActorCommit[]): readonly string[] {
  const columns = new Columns();
  const partitions = new Set(batch.map(({ partition }) => partition));
  for (const partition of [...partitions].sort((a, b) => a - b)) columns.add("locks", partition);
  for (const [i, part] of batch.entries()) {
    // Arrays begin with 1 over there.
    addActor(columns, i + 1, part);
    addMessages(columns, i + 1, part);
    addTimers(columns, i + 1, part);
    addQuestions(columns, i + 1, part);
    addDead(columns, i + 1, part);
  }
  return columns.literals();
}

function addActor(columns: Columns, i: number, part: ActorCommit): void {
  const { events, summary, snapshot } = part;
  const last = events.at(-1);
  columns.add(
    "parts",
    ...addressValues(part.address),
    part.partition,
    part.epoch,
    part.expected_seq,
    part.at,
    last?.seq ?? 0,
    last?.hash ?? "",
    storedText(summary.status),
    storedText(summary.label),
    canonicalJson(summary.details),
    part.owed,
    events.reduce((sum, event) => sum + Buffer.byteLength(event.text), 0),
    part.outgoing ? events[0]?.seq ?? 0 : 0,
  );
  columns.add("before", part.expected_hash);
  for (const { seq, type, v, text, cause, at, hash } of events) {
    columns.add("events", i, seq, storedText(type), v, text, storedText(cause), at, hash);
  }
  if (last && snapshot) columns.add("snapshots", i, snapshot.version, snapshot.state);
}

function addMessages(columns: Columns, i: number, { handled, sends }: ActorCommit): void {
  for (const { id, digest, reply, refused } of handled) {
    const text = JSON.stringify(reply);
    columns.add("handled", i, storedText(id), storedText(digest), text, refused);
  }
  for (const { address, id, partition, command, digest, sender } of sends) {
    columns.add(
      "messages",
      i,
      ...addressValues(address),
      storedText(id),
      partition,
      JSON.stringify(command),
      storedText(digest),
      storedText(sender),
    );
  }
}

function addTimers(columns: Columns, i: number, { timers }: ActorCommit): void {
  for (const { name, at } of firedTimers(timers)) columns.add("fired", i, storedText(name), at);
  for (const [name, timer] of lastTimers(timers)) {
    const command = timer && JSON.stringify(timer.command);
    columns.add("timers", i, storedText(name), timer?.at ?? null, command);
  }
}

function addQuestions(columns: Columns, i: number, { questions, at }: ActorCommit): void {
  const { asked, settled } = lastQuestions(questions);
  for (const { id, kind, details, settle } of asked) {
    columns.add(
      "asked",
      i,
      storedText(id),
      storedText(kind),
      JSON.stringify(details),
      storedText(settle?.outcome ?? "pending"),
      JSON.stringify(settle?.details ?? null),
      settle ? at : null,
    );
  }
  for (const { id, outcome, details } of settled) {
    columns.add("settled", i, storedText(id), storedText(outcome), JSON.stringify(details));
  }
}

function addDead(columns: Columns, i: number, { dead }: ActorCommit): void {
  for (const letter of dead) {
    columns.add(
      "dead",
      i,
      storedText(letter.id),
      storedText(letter.command_id),
      JSON.stringify(letter.command),
      storedText(letter.sender),
      storedText(letter.error),
      letter.attempts,
    );
  }
}
