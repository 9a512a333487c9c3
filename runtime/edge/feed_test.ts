import assert from "node:assert/strict";
import fc from "fast-check";
import { compareCursors, type LiveEntry } from "../streams/port.ts";
import { advance, parsePosition, type Position, positionAfter } from "./feed.ts";

function event(seq: number, type: string): LiveEntry {
  const entry = { seq, type, v: 1, payload: null, cause: "c", at: 0, hash: "h" };
  return { kind: "event", cursor: { seq, n: 0 }, event: entry };
}

function delta(seq: number, n: number, first = false): LiveEntry {
  return { kind: "delta", cursor: { seq, n }, text: `<${n}>`, first };
}

/** A history: answers in pieces, with retries, and events that arrive in the middle of them. */
const history = fc.array(
  fc.array(fc.constantFrom("piece", "piece", "piece", "reset", "event"), { maxLength: 12 }),
  { maxLength: 5 },
).map((answers) => {
  const entries: LiveEntry[] = [];
  let seq = 0;
  for (const answer of answers) {
    entries.push(event(++seq, "turn.started"));
    let n = 0;
    let first = true;
    for (const step of answer) {
      if (step === "event") entries.push(event(++seq, "message.received"));
      if (step === "piece") entries.push(delta(seq, ++n, first));
      // The router resets only what it has begun.
      if (step === "reset" && n > 0) {
        entries.push({ kind: "reset", cursor: { seq, n: ++n } });
      }
      if (step !== "event") first = step === "reset";
    }
    entries.push(event(++seq, "llm.completed"));
  }
  return entries;
});

/** What someone at `position` is sent of these entries; events missing from them come from the journal. */
function watch(position: Position, entries: readonly LiveEntry[], all: readonly LiveEntry[]) {
  const sent: LiveEntry[] = [];
  const offer = (entry: LiveEntry): void => {
    const step = advance(position, entry);
    if (step.kind === "skip") return;
    if (step.kind === "gap") {
      all.filter((past) => past.kind === "event" && past.cursor.seq <= step.through).forEach(offer);
      return offer(entry);
    }
    position = step.position;
    sent.push(entry);
  };
  entries.forEach(offer);
  return { sent, position };
}

/** F1 and F2 over everything that one client received, connection after connection. */
function checkReceived(received: readonly LiveEntry[], all: readonly LiveEntry[]): void {
  const seqs = received.filter((entry) => entry.kind === "event").map(({ cursor }) => cursor.seq);
  assert.deepEqual(seqs, seqs.map((_, i) => i + 1), "F1");
  received.slice(1).forEach(({ cursor }, i) => {
    const before = received[i]?.cursor ?? cursor;
    assert.ok(compareCursors(before, cursor) < 0, "each entry lies after the one before it");
  });
  let answer: LiveEntry[] = [];
  for (const entry of received) {
    if (entry.kind === "reset") answer = [];
    if (entry.kind === "event" && entry.event.type === "llm.completed") answer = [];
    if (entry.kind !== "delta") continue;
    answer.push(entry);
    const whole = piecesBefore(all, entry);
    assert.deepEqual(answer, whole, "F2");
  }
}

/** All pieces of the answer of `last`, from its last beginning up to `last` itself. */
function piecesBefore(all: readonly LiveEntry[], last: LiveEntry): LiveEntry[] {
  const until = all.slice(0, all.indexOf(last) + 1);
  const begin = until.findLastIndex((entry) =>
    entry.kind === "reset" || (entry.kind === "event" && entry.event.type !== "message.received")
  );
  return until.slice(begin).filter((entry) => entry.kind === "delta");
}

Deno.test("advance() sends everything, once, to a watcher from the beginning", () => {
  fc.assert(fc.property(history, (all) => {
    assert.deepEqual(watch(positionAfter(0), all, all).sent, all);
  }));
});

Deno.test("advance() keeps F1 and F2 when live entries are lost and offered twice", () => {
  fc.assert(fc.property(history, fc.infiniteStream(fc.nat(3)), (all, dice) => {
    const roll = () => dice.next().value ?? 0;
    const offered = all.flatMap((entry) => {
      const copies = roll();
      return copies === 0 ? [] : copies === 3 ? [entry, entry] : [entry];
    });
    checkReceived(watch(positionAfter(0), offered, all).sent, all);
  }));
});

Deno.test("advance() leaves no gap and no repetition when a watcher is cut off and resumes by its last id", () => {
  fc.assert(fc.property(history, fc.array(fc.nat(60)), (all, cuts) => {
    const received: LiveEntry[] = [];
    let position = positionAfter(0);
    for (const length of [...cuts, Infinity]) {
      const { sent } = watch(position, all, all);
      const part = sent.slice(0, length);
      received.push(...part);
      const last = part.at(-1)?.cursor;
      if (!last) continue;
      const id = last.n === 0 ? `${last.seq}` : `${last.seq}.${last.n}`;
      position = parsePosition(id) ?? assert.fail(id);
    }
    checkReceived(received, all);
    const events = all.filter((entry) => entry.kind === "event");
    assert.deepEqual(received.filter((entry) => entry.kind === "event"), events);
  }));
});

Deno.test("advance() goes on with the next piece over an event in the middle of an answer", () => {
  const entries = [event(1, "turn.started"), delta(1, 1, true), event(2, "message.received")];
  const { position } = watch(positionAfter(0), entries, entries);
  assert.equal(advance(position, delta(2, 2)).kind, "send");
  assert.equal(advance(position, delta(2, 3)).kind, "skip");
});

Deno.test("advance() does not take the next answer's piece for the last one's", () => {
  const entries = [event(1, "turn.started"), delta(1, 1, true), event(2, "llm.completed")];
  const { position } = watch(positionAfter(0), entries, entries);
  assert.equal(advance(position, delta(2, 2)).kind, "skip");
  assert.equal(advance(position, delta(2, 1, true)).kind, "send");
});

Deno.test("advance() asks for the events before a piece that lies beyond them", () => {
  assert.deepEqual(advance(positionAfter(3), delta(5, 1, true)), { kind: "gap", through: 5 });
  assert.deepEqual(advance(positionAfter(3), event(6, "x")), { kind: "gap", through: 5 });
});

Deno.test("parsePosition() reads seq and seq.n and nothing else", () => {
  assert.deepEqual(parsePosition("7"), { cursor: { seq: 7, n: 0 }, piece: null });
  assert.deepEqual(parsePosition("7.3"), { cursor: { seq: 7, n: 3 }, piece: 3 });
  const late = 1_764_000_000_000_042;
  assert.deepEqual(parsePosition(`7.${late}`), { cursor: { seq: 7, n: late }, piece: late });
  for (
    const bad of ["", "-1", "7.", ".3", "7.3.1", "1e3", "9".repeat(16), "9".repeat(17), "seven"]
  ) {
    assert.equal(parsePosition(bad), null, bad);
  }
});
