/**
 * Test support: judges a run by its client's own record: nothing that was acknowledged is missing or
 * there twice, in any order but the one in which it was sent, or without a turn of its own; and the
 * world was touched once for each call.
 *
 * It knows the API's promises and nothing of the engine.
 *
 * @module
 */
import { verifyChain } from "../../journal/hash_chain.ts";
import type { JournalEvent } from "../../journal/port.ts";
import { type History, NOTE_SKILL, type SentMessage, type SessionRecord } from "./history.ts";

/** What can be wrong. */
export type HistoryFaultKind =
  /** Acknowledged, and not in the journal. */
  | "lost"
  /** In the journal more than once. */
  | "twice"
  /** Before one that was sent earlier. */
  | "order"
  /** Sent by nobody, or with other words. */
  | "stranger"
  /** An event's number is missing or there twice. */
  | "gap"
  /** An event was changed after it was written. */
  | "chain"
  /** A message without a turn, or with two, or a turn without an end. */
  | "turn"
  /** A call ended twice. */
  | "call"
  /** The world was touched twice for one call, or without one, or not although the journal says so. */
  | "side_effect";

/** Something that must not be. */
export interface HistoryFault {
  readonly session: string;
  readonly kind: HistoryFaultKind;
  readonly detail: string;
}

/** All that is wrong with a run; nothing when all promises were kept. */
export function checkHistory({ sent, sessions, runs }: History): HistoryFault[] {
  const messages = Map.groupBy(sent, ({ session }) => session);
  const records = new Map(sessions.map((record) => [record.session, record]));
  const faults: HistoryFault[] = [];
  for (const session of new Set([...messages.keys(), ...records.keys()])) {
    const record = records.get(session) ?? { session, status: "missing", events: [] };
    const found = [
      ...checkJournal(record),
      ...checkMessages(messages.get(session) ?? [], record.events),
      ...checkTurns(record),
      ...checkCalls(record.events),
    ];
    faults.push(...found.map((fault) => ({ session, ...fault })));
  }
  return [...faults, ...checkRuns(sessions, runs)];
}

type Found = Omit<HistoryFault, "session">;

function checkJournal({ session, events }: SessionRecord): Found[] {
  const found: Found[] = [];
  for (const [i, { seq }] of events.entries()) {
    if (seq === i + 1) continue;
    found.push({ kind: "gap", detail: `event ${i + 1} has the number ${seq}` });
    break;
  }
  const verdict = verifyChain({ tenant: "default", type: "session", id: session }, events);
  if (!verdict.ok) found.push({ kind: "chain", detail: verdict.reason });
  return found;
}

function checkMessages(sent: readonly SentMessage[], events: readonly JournalEvent[]): Found[] {
  const received = all<{ message_id: string; content: string }>(events, "message.received");
  const byContent = new Map(sent.map((message) => [message.content, message]));
  const times = Map.groupBy(received, ({ content }) => content);
  const found: Found[] = [];
  for (const { n, content, acknowledged } of sent) {
    const copies = times.get(content) ?? [];
    const ids = copies.map(({ message_id }) => message_id);
    if (copies.length > 1) {
      found.push({ kind: "twice", detail: `message ${n} is there ${copies.length} times` });
    }
    if (acknowledged === null || ids.includes(acknowledged.message_id)) continue;
    const { message_id, node } = acknowledged;
    const detail = `message ${n}, which ${node} acknowledged as ${message_id}, is not there`;
    found.push({ kind: "lost", detail });
  }
  let last = -1;
  for (const { content } of received) {
    const message = byContent.get(content);
    if (!message) {
      found.push({ kind: "stranger", detail: `nobody sent ${JSON.stringify(content)}` });
      continue;
    }
    if (message.n < last) {
      found.push({ kind: "order", detail: `message ${message.n} came after ${last}` });
    }
    last = Math.max(last, message.n);
  }
  return found;
}

function checkTurns({ status, events }: SessionRecord): Found[] {
  const found: Found[] = [];
  const received = all<{ message_id: string }>(events, "message.received");
  const started = all<{ turn: number; message_ids: string[] }>(events, "turn.started");
  const turnsOf = Map.groupBy(started.flatMap(({ message_ids }) => message_ids), (id) => id);
  for (const { message_id } of received) {
    const count = turnsOf.get(message_id)?.length ?? 0;
    if (count === 1) continue;
    found.push({ kind: "turn", detail: `message ${message_id} is in ${count} turns` });
  }
  const ended = events.filter(({ type }) =>
    ["turn.completed", "turn.failed", "turn.cancelled"].includes(type)
  ).map(({ payload }) => (payload as unknown as { turn: number }).turn);
  for (const { turn } of started) {
    const count = ended.filter((one) => one === turn).length;
    if (count !== 1) found.push({ kind: "turn", detail: `turn ${turn} ended ${count} times` });
  }
  if (status !== "idle") found.push({ kind: "turn", detail: `the session is ${status}` });
  return found;
}

function checkCalls(events: readonly JournalEvent[]): Found[] {
  const ends = [
    ...all<{ call_id: string }>(events, "llm.completed"),
    ...all<{ call_id: string }>(events, "llm.failed"),
    ...all<{ call_id: string }>(events, "skill.completed"),
    ...all<{ call_id: string }>(events, "skill.failed"),
  ];
  return [...Map.groupBy(ends, ({ call_id }) => call_id)].flatMap(([call_id, ended]) =>
    ended.length === 1
      ? []
      : [{ kind: "call" as const, detail: `call ${call_id} ended ${ended.length} times` }]
  );
}

/** The keys of the calls that a session started, and how each ended by the journal. */
function startedCalls(events: readonly JournalEvent[]): Map<string, string> {
  const noted = new Set(
    all<{ call_id: string; skill: string }>(events, "skill.requested")
      .filter(({ skill }) => skill === NOTE_SKILL).map(({ call_id }) => call_id),
  );
  const ran = new Set(
    all<{ call_id: string; via: string }>(events, "skill.completed")
      .filter(({ via }) => via === "run").map(({ call_id }) => call_id),
  );
  return new Map(
    all<{ call_id: string; key: string }>(events, "skill.started")
      .filter(({ call_id }) => noted.has(call_id))
      .map(({ call_id, key }) => [key, ran.has(call_id) ? "done" : "open"]),
  );
}

/** A run whose outcome nobody knows may have touched the world once or not at all; all others once. */
function checkRuns(
  sessions: readonly SessionRecord[],
  runs: History["runs"],
): HistoryFault[] {
  const faults: HistoryFault[] = [];
  const add = (session: string, detail: string) =>
    faults.push({ session, kind: "side_effect", detail });
  const byKey = Map.groupBy(runs, ({ key }) => key);
  const sessionOf = (text: string) => text.slice(0, text.lastIndexOf("/"));
  for (const [text, copies] of Map.groupBy(runs, (run) => run.text)) {
    if (copies.length > 1) add(sessionOf(text), `${text} was done ${copies.length} times`);
  }
  const known = new Set<string>();
  for (const { session, events } of sessions) {
    for (const [key, end] of startedCalls(events)) {
      known.add(key);
      if (end === "done" && !byKey.has(key)) add(session, `call ${key} was never done`);
    }
  }
  for (const { key, text } of runs) {
    if (!known.has(key)) add(sessionOf(text), `${text} was done under ${key}, which never started`);
  }
  return faults;
}

function all<Payload>(events: readonly JournalEvent[], type: string): Payload[] {
  return events.filter((event) => event.type === type)
    .map(({ payload }) => payload as unknown as Payload);
}
