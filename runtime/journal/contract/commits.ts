/**
 * Clauses on commits: all of a part or nothing of it, and no part touches another.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Address } from "../../../actors/behavior.ts";
import { GENESIS } from "../hash_chain.ts";
import type { ActorCommit, Journal } from "../port.ts";
import {
  actor,
  allWaiting,
  type Clauses,
  HOME,
  mark,
  row,
  type Subject,
  Writer,
} from "./subject.ts";

const OTHER = actor("other");

/** A part that writes to everything that a part can write to. */
function whole(writer: Writer, address: Address, now: number): ActorCommit {
  const { id } = address;
  return writer.part(address, {
    events: [{ of: id }],
    owed: true,
    snapshot: { version: 1, state: `{"of":"${id}"}` },
    handled: [mark(`handled_${id}`, { digest: "d" })],
    sends: [row(OTHER, `sent_${id}`)],
    timers: [{ op: "set", name: "t", at: now - 1, command: { type: "tick" } }],
    questions: [{ op: "ask", id: `question_${id}`, kind: "k", details: null }],
    dead: [{
      id: `dead_${id}`,
      command_id: "c",
      command: null,
      sender: "s",
      error: "e",
      attempts: 5,
    }],
  });
}

/** Everything that {@link whole} writes for that actor, as far as it is there. */
async function traces(journal: Journal, address: Address): Promise<string[]> {
  const { tenant, id } = address;
  const page = { cursor: null, limit: 100 };
  const found: Record<string, unknown> = {
    events: (await journal.readEvents(address, 0, 10)).length || null,
    loaded: await journal.load(address),
    record: await journal.find(address),
    handled: await journal.handled(address, `handled_${id}`),
    sent: (await allWaiting(journal, OTHER)).find((row) => row.id === `sent_${id}`),
    timer: (await journal.dueTimers([HOME], 100)).find((timer) => timer.address.id === id),
    owed: (await journal.owed([HOME], page)).items.find((owed) => owed.id === id),
    question: await journal.question(tenant, `question_${id}`),
    dead: (await journal.deadLetters(tenant, page)).items.find((dead) => dead.address.id === id),
  };
  return Object.keys(found).filter((name) => found[name]);
}

const ALL = [
  "events",
  "loaded",
  "record",
  "handled",
  "sent",
  "timer",
  "owed",
  "question",
  "dead",
];

/** A spoilt part between two good ones leaves no trace, and the good ones are whole. */
async function leavesOthers(
  subject: Subject,
  wanted: string,
  spoil: (part: ActorCommit) => ActorCommit,
): Promise<void> {
  const { journal } = subject;
  const writer = await Writer.of(subject);
  const [a, b, c] = [actor("a"), actor("b"), actor("c")];
  const parts = [a, b, c].map((address) => whole(writer, address, subject.now()));
  parts[1] = spoil(parts[1]!);
  assert.deepEqual(await writer.commit(...parts), ["committed", wanted, "committed"]);
  assert.deepEqual(await traces(journal, a), ALL);
  assert.deepEqual(await traces(journal, b), []);
  assert.deepEqual(await traces(journal, c), ALL);
  // Nothing of it stands in the way when the same is tried again in the right way.
  assert.deepEqual(await writer.commit(whole(writer, b, subject.now())), ["committed"]);
  assert.deepEqual(await traces(journal, b), ALL);
}

/** On commits. */
export const COMMIT_CLAUSES: Clauses = {
  "commit() leaves out an actor that is not at the expected seq, and nothing else": (subject) =>
    leavesOthers(subject, "conflict", (part) => ({ ...part, expected_seq: 1 })),

  "commit() leaves out an actor that came to the expected seq by other events, and nothing else":
    async (subject) => {
      const { journal } = subject;
      const writer = await Writer.of(subject);
      const [a, b] = [actor("a"), actor("b")];
      await writer.write(a, { events: ["kept"] });
      const handled = [mark("cmd")];
      const stray = { expected_hash: GENESIS };
      const parts = [
        writer.part(a, { events: ["more"], handled, ...stray }),
        writer.part(b, { events: [1] }),
      ];
      assert.deepEqual(await writer.commit(...parts), ["conflict", "committed"]);
      const alone = writer.part(a, { handled, ...stray });
      assert.deepEqual(await writer.commit(alone), ["conflict"]);
      assert.equal(await journal.handled(a, "cmd"), null);
      assert.equal((await journal.find(a))?.seq, 1);
      await writer.write(a, { events: ["more"], handled });
    },

  "commit() leaves out an actor whose partition has another epoch, and nothing else": (subject) =>
    leavesOthers(subject, "fenced", (part) => ({ ...part, epoch: part.epoch - 1 })),

  "commit() leaves out an actor whose partition does not exist, and nothing else": (subject) =>
    leavesOthers(subject, "fenced", (part) => ({ ...part, partition: 1000 })),

  "commit() leaves out an actor that fires a timer which does not stand, and nothing else": (
    subject,
  ) =>
    leavesOthers(
      subject,
      "duplicate",
      (part) => ({ ...part, timers: [...part.timers, { op: "fired", name: "x", at: 1 }] }),
    ),

  "commit() leaves out an actor that handles a command again, and nothing else": async (
    subject,
  ) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const [a, b] = [actor("a"), actor("b")];
    const handled = [mark("cmd", { digest: "d", reply: { n: 1 } })];
    await writer.write(a, { events: [1], handled });
    const again = writer.part(a, {
      events: [2],
      handled: [mark("new"), ...handled],
    });
    const other = writer.part(b, { events: [3], handled });
    assert.deepEqual(await writer.commit(again, other), ["duplicate", "committed"]);
    assert.equal((await journal.find(a))?.seq, 1);
    assert.equal(await journal.handled(a, "new"), null);
    assert.deepEqual(await journal.handled(a, "cmd"), handled[0]);
    assert.deepEqual(await journal.handled(b, "cmd"), handled[0]);
  },

  "commit() of refused parts only writes nothing": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const [a, b] = [actor("a"), actor("b")];
    const conflict = { ...whole(writer, a, subject.now()), expected_seq: 3 };
    const fenced = { ...whole(writer, b, subject.now()), epoch: -1 };
    assert.deepEqual(await writer.commit(conflict, fenced), ["conflict", "fenced"]);
    assert.deepEqual(await traces(journal, a), []);
    assert.deepEqual(await traces(journal, b), []);
  },

  "commit() of nothing does nothing": async (subject) => {
    assert.deepEqual(await subject.journal.commit([]), []);
  },

  "commit() of a handled command alone gives its actor no events": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const handled = [mark("cmd", { digest: "d", reply: { reject: "no" }, refused: true })];
    await writer.write(actor("a"), { handled });
    assert.equal(await journal.find(actor("a")), null);
    assert.equal(await journal.load(actor("a")), null);
    assert.deepEqual(await journal.handled(actor("a"), "cmd"), handled[0]);
  },

  "commit() of one actor by two at once succeeds once": async (subject) => {
    const writer = await Writer.of(subject);
    const parts = [1, 2, 3].map((n) => writer.part(actor("a"), { events: [n] }));
    const outcomes = await Promise.all(parts.map((part) => subject.journal.commit([part])));
    assert.deepEqual(outcomes.flat().sort(), ["committed", "conflict", "conflict"]);
    assert.equal((await subject.journal.readEvents(actor("a"), 0, 10)).length, 1);
  },

  "commit() takes hundreds of actors at a time": async (subject) => {
    const writer = await Writer.of(subject);
    const actors = Array.from({ length: 300 }, (_, i) => actor(`a${i}`));
    const parts = actors.map((address, i) => writer.part(address, { events: [i, { i }] }));
    assert.deepEqual(new Set(await writer.commit(...parts)), new Set(["committed"]));
    for (const [i, address] of actors.entries()) {
      const payloads = (await subject.journal.readEvents(address, 0, 10)).map((e) => e.payload);
      assert.deepEqual(payloads, [i, { i }]);
    }
  },

  "close() keeps what was committed": async (subject) => {
    const writer = await Writer.of(subject);
    const address = actor("a");
    await writer.commit(whole(writer, address, subject.now()));
    await using again = await subject.reopen();
    assert.deepEqual(await traces(again.journal, address), ALL);
  },
};
