import assert from "node:assert/strict";
import type { SynapseError } from "../errors.ts";
import { GENESIS } from "../journal/hash_chain.ts";
import type { EventLog, JournalEvent, LoadedActor } from "../journal/port.ts";
import { ManualClock } from "../manual_clock.ts";
import { NOBODY } from "./delivery.ts";
import { LEDGER, ledger, type LedgerState, note } from "./ledger_actor.ts";
import { loadActor, type Reader, stateAt } from "./loading.ts";
import { step } from "./step.ts";

const A = ledger("a");
const COUNT = 1200;

/** The journal of a ledger with that many notes. */
function journalOf(count: number): JournalEvent[] {
  const deliveries = Array.from({ length: count }, (_, i) => ({
    ...NOBODY,
    id: `c${i}`,
    command: note(`${i + 1}`),
    sender: "test",
    origin: "direct" as const,
    digest: null,
    timer: null,
    attempts: 0,
    received_at: 0,
  }));
  const start = { state: LEDGER.initial("a"), seq: 0, hash: GENESIS };
  const context = { address: A, behavior: LEDGER, limits: null, now: new ManualClock().now() };
  return step(start, deliveries, context).events.map(({ text: _, ...event }) => event);
}

const EVENTS = journalOf(COUNT);
const notesUpTo = (seq: number) => Array.from({ length: seq }, (_, i) => `${i + 1}`);
const snapshotAt = (seq: number, version = LEDGER.state_version) => ({
  seq,
  version,
  state: { notes: notesUpTo(seq), jobs: [] },
});

/** An event log that holds these events. */
function logOf(
  events: readonly JournalEvent[],
  snapshot: LoadedActor["snapshot"] = null,
): EventLog {
  const last = EVENTS.at(-1)!;
  return {
    load: () =>
      Promise.resolve({
        seq: last.seq,
        hash: last.hash,
        snapshot,
        tail: events.filter(({ seq }) => seq > (snapshot?.seq ?? 0)),
        waiting: 0,
      }),
    readEvents: (_, after, limit) =>
      Promise.resolve(events.filter(({ seq }) => seq > after).slice(0, limit)),
  };
}

const EMPTY: EventLog = {
  load: () => Promise.resolve(null),
  readEvents: () => Promise.resolve([]),
};

/** A reader of that log, and what it did: `load`, `yield`, or how many events it read. */
function readerOf(log: EventLog): Reader & { readonly did: (string | number)[] } {
  const did: (string | number)[] = [];
  const yielded = () => Promise.resolve(void did.push("yield"));
  const journal: Reader["journal"] = {
    load: (address) => {
      did.push("load");
      return log.load(address);
    },
    readEvents: async (...args) => {
      const events = await log.readEvents(...args);
      did.push(events.length);
      return events;
    },
    find: (address) => log.load(address),
  };
  return { journal, clock: { yield: yielded }, did };
}

const notes = (state: unknown) => (state as LedgerState).notes;

function hasCode(code: string, seq: number) {
  return (error: SynapseError) => {
    assert.equal(error.code, code);
    assert.equal(error.reaction, "pause");
    assert.equal(error.data["seq"], seq);
    return true;
  };
}

Deno.test("loadActor() gives the initial state of an actor without events", async () => {
  assert.deepEqual(await loadActor(EMPTY, LEDGER, A), {
    state: LEDGER.initial("a"),
    seq: 0,
    hash: GENESIS,
    snapshot_seq: 0,
    waiting: null,
  });
});

Deno.test("loadActor() gives the same from a snapshot and its tail as from all events", async () => {
  const whole = await loadActor(logOf(EVENTS), LEDGER, A);
  assert.deepEqual(notes(whole.state), notesUpTo(COUNT));
  for (const seq of [1, 700, COUNT]) {
    const loaded = await loadActor(logOf(EVENTS, snapshotAt(seq)), LEDGER, A);
    assert.deepEqual(loaded, { ...whole, snapshot_seq: seq });
  }
});

Deno.test("loadActor() computes anew what another version of the behavior saved", async () => {
  const whole = await loadActor(logOf(EVENTS), LEDGER, A);
  for (const version of [LEDGER.state_version - 1, LEDGER.state_version + 1]) {
    for (const seq of [1, 700, COUNT]) {
      const strange = { ...snapshotAt(seq, version), state: { entries: 9 } };
      assert.deepEqual(await loadActor(logOf(EVENTS, strange), LEDGER, A), whole);
    }
  }
  const log = logOf(EVENTS.toSpliced(99, 1), snapshotAt(700, 9));
  await assert.rejects(loadActor(log, LEDGER, A), hasCode("journal_corrupt", 100));
});

Deno.test("loadActor() refuses a journal with a gap, and says where", async () => {
  const holes: readonly [JournalEvent[], number][] = [
    [EVENTS.slice(1), 1],
    [EVENTS.toSpliced(499, 1), 500],
    [EVENTS.slice(0, -1), COUNT],
  ];
  for (const [events, seq] of holes) {
    await assert.rejects(loadActor(logOf(events), LEDGER, A), hasCode("journal_corrupt", seq));
  }
});

Deno.test("loadActor() refuses an event that this program does not know, and names it", async () => {
  const future = EVENTS.with(9, { ...EVENTS[9]!, type: "teleported", v: 3 });
  await assert.rejects(loadActor(logOf(future), LEDGER, A), (error: SynapseError) => {
    assert.match(error.message, /Event 10 \(teleported, version 3\) cannot be read/);
    return hasCode("event_unknown", 10)(error);
  });
});

Deno.test("stateAt() gives state and hash at any seq, with whatever snapshot there is", async () => {
  for (const snapshot of [null, snapshotAt(1150), snapshotAt(COUNT), snapshotAt(1150, 9)]) {
    const log = readerOf(logOf(EVENTS, snapshot));
    for (const seq of [1, 99, 100, 101, 1149, 1150, 1151, COUNT]) {
      const found = await stateAt(log, LEDGER, A, seq);
      assert.deepEqual(notes(found?.state), notesUpTo(seq));
      assert.equal(found?.seq, seq);
      assert.equal(found?.hash, EVENTS[seq - 1]!.hash, `hash of ${seq}`);
    }
    assert.deepEqual(await stateAt(log, LEDGER, A, null), await stateAt(log, LEDGER, A, COUNT));
  }
});

Deno.test("stateAt() lets others have their turn between pages, and reads only what it uses", async () => {
  const far = readerOf(logOf(EVENTS, snapshotAt(COUNT)));
  await stateAt(far, LEDGER, A, 250);
  assert.deepEqual(far.did, [100, "yield", 100, "yield", 50, 1]);
  const last = readerOf(logOf(EVENTS, snapshotAt(COUNT)));
  await stateAt(last, LEDGER, A, null);
  assert.deepEqual(last.did, ["load", 1]);
});

Deno.test("stateAt() gives null for an actor or a seq that does not exist", async () => {
  assert.equal(await stateAt(readerOf(EMPTY), LEDGER, A, null), null);
  for (const seq of [0, -1, COUNT + 1]) {
    assert.equal(await stateAt(readerOf(logOf(EVENTS)), LEDGER, A, seq), null);
  }
});

Deno.test("stateAt() refuses a journal with a gap before that seq", async () => {
  const log = readerOf(logOf(EVENTS.toSpliced(99, 1)));
  await assert.rejects(stateAt(log, LEDGER, A, 150), hasCode("journal_corrupt", 100));
  assert.equal((await stateAt(log, LEDGER, A, 50))?.seq, 50);
});
