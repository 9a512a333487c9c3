/**
 * P1 and P2, from the clients' own records: what was acknowledged is in the journal, once, and in the
 * order in which its sender sent it.
 *
 * @module
 */
import type { JournalEvent } from "../journal/port.ts";
import { addressKey } from "../engine/placement.ts";
import { broken, type Fault } from "./fault.ts";
import { eventsOf, type History } from "./history.ts";
import type { Operation } from "./operations.ts";
import { EPOCH_MS } from "./virtual_clock.ts";

/** The event that says that an operation was done, by the type of its command. */
const FIRST_EVENTS: Readonly<Record<string, string>> = {
  note: "noted",
  tell: "told",
  remind: "reminded",
  begin: "begun",
  "message.send": "message.received",
};

/** Where and when something was journaled, in simulated milliseconds. */
interface Place {
  readonly seq: number;
  readonly at: number;
}

/** Where an operation stands in its actor's journal. */
type Places = ReadonlyMap<Operation, readonly Place[]>;

/** P1 and P2. */
export function checkOperations(history: History): Fault[] {
  const followed = history.operations.filter(({ command }) => FIRST_EVENTS[command.type]);
  const places = placesOf(history, followed);
  return [
    ...followed.flatMap((operation) => checkCount(operation, places.get(operation)!)),
    ...checkOrder(followed, places),
    ...checkSends(history),
    ...checkLetters(history),
  ];
}

function placesOf({ journal }: History, operations: readonly Operation[]): Places {
  const byMark = new Map<string, Place[]>();
  for (const { part, outcome, at } of journal.commits) {
    for (const event of outcome === "committed" ? part.events : []) {
      const mark = markOf(event);
      if (mark === null) continue;
      const key = `${addressKey(part.address)} ${event.type} ${mark}`;
      const place = { seq: event.seq, at: at - EPOCH_MS };
      byMark.set(key, [...byMark.get(key) ?? [], place]);
    }
  }
  return new Map(operations.map((operation) => {
    const { address, command, mark } = operation;
    const key = `${addressKey(address)} ${FIRST_EVENTS[command.type]} ${mark}`;
    return [operation, byMark.get(key) ?? []];
  }));
}

/** The operation that an event is the first one of; null for what follows from others. */
function markOf({ type, payload, cause }: JournalEvent): string | null {
  const { text, job, message_id } = payload as Record<string, string | undefined>;
  if (type === "noted" && (cause.startsWith("timer:") || cause.includes("/ledger/"))) return null;
  return (type === "begun" ? job : message_id ?? text) ?? null;
}

function checkCount(operation: Operation, places: readonly Place[]): Fault[] {
  const { mark, known, address, told_at } = operation;
  const [first, second] = places;
  const say = (promise: string, how: string, at: number | null) => {
    const where = `is in the journal of ${addressKey(address)} ${places.length} times`;
    const what = `${promise} ${mark} ${where}${how}`;
    return [broken(what, at, mark, `${address.type}/${address.id}`)];
  };
  if (second) return say("P2", ` (seq ${places.map(({ seq }) => seq).join(", ")})`, second.at);
  const must = known === "done" || (known === "stored" && !mayBeRefused(operation));
  if (must && !first) return say("P1", ", and was acknowledged", told_at);
  const must_not = (known === "refused" && !operation.doubtful) || known === "poisoned";
  return must_not && first ? say("P2", `, and was ${known}`, first.at) : [];
}

/** Whether something that was stored may turn out to be refused, so that nobody hears of it. */
function mayBeRefused({ address }: Operation): boolean {
  return address.type === "session";
}

/** Of two that one sender sent to one actor, the second one after the first one was acknowledged. */
function checkOrder(operations: readonly Operation[], places: Places): Fault[] {
  const faults: Fault[] = [];
  const bySender = Map.groupBy(
    operations,
    ({ sender, address }) => `${sender} ${addressKey(address)}`,
  );
  for (const sent of bySender.values()) {
    for (const [i, second] of sent.entries()) {
      const [later] = places.get(second)!;
      if (later === undefined) continue;
      for (const first of sent.slice(0, i)) {
        const [earlier] = places.get(first)!;
        if (first.known === "refused" || second.known === "refused") continue;
        const ordered = first.post !== null && first.post === second.post ||
          first.acknowledged !== null && first.acknowledged <= second.sent;
        if (!ordered || earlier === undefined || earlier.seq < later.seq) continue;
        const what =
          `P2 ${first.mark} was sent before ${second.mark}, and is after it at ${first.address.id}`;
        faults.push(broken(what, earlier.at, first.mark, second.mark));
      }
    }
  }
  return faults;
}

/** What actors sent each other arrived once, and in order. */
function checkSends(history: History): Fault[] {
  const faults: Fault[] = [];
  const { actors } = history.journal.tables;
  for (const { record: { address }, events } of actors.values()) {
    const sender = addressKey(address);
    const last = new Map<string, number>();
    for (const event of events.filter(({ type }) => type === "told")) {
      const { to, text } = event.payload as { readonly to: string; readonly text: string };
      const arrived = eventsOf(history, { ...address, id: to }).filter(({ type, cause, payload }) =>
        type === "noted" && cause.startsWith(`${sender}:`) &&
        (payload as { readonly text: string }).text === text
      );
      const [first] = arrived;
      const what = `what ${sender} told ${to} (${text})`;
      if (!first || arrived.length > 1) {
        faults.push(broken(`P2 ${what} arrived ${arrived.length} times`, null, sender, text));
      } else if (first.seq < (last.get(to) ?? 0)) {
        faults.push(broken(`P2 ${what} arrived out of order`, null, sender, text));
      } else last.set(to, first.seq);
    }
  }
  return faults;
}

/** What is poison is in the dead letters, and nothing else is. */
function checkLetters({ journal, operations }: History): Fault[] {
  const letters = [...journal.tables.letters.values()];
  const lost = operations.filter(({ command, known, mark }) =>
    command.type === "boom" && (known === "poisoned" || known === "stored") &&
    !letters.some(({ command }) => isMarked(command, mark))
  ).map(({ mark, told_at }) => broken(`P9 ${mark} is poison and no dead letter`, told_at, mark));
  const wrong = letters.filter(({ command }) => (command as { type: string }).type !== "boom")
    .map(({ command_id, error, at }) => {
      const what = `P9 ${command_id} is a dead letter, and is no poison: ${error}`;
      return broken(what, at - EPOCH_MS, command_id);
    });
  const twice = letters.filter(({ command_id }, i) =>
    letters.findIndex((other) => other.command_id === command_id) !== i
  ).map(({ command_id, at }) =>
    broken(`P2 ${command_id} is a dead letter twice`, at - EPOCH_MS, command_id)
  );
  return [...lost, ...wrong, ...twice];
}

function isMarked(command: unknown, mark: string): boolean {
  return (command as { readonly mark?: string }).mark === mark;
}
