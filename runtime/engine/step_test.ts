import assert from "node:assert/strict";
import { GENESIS, verifyChain } from "../journal/hash_chain.ts";
import { type Delivery, NOBODY } from "./delivery.ts";
import { LEDGER, ledger, type LedgerCommand, type LedgerState, note } from "./ledger_actor.ts";
import { isEmpty, type LiveActor, step } from "./step.ts";

const NOW = 1_700_000_000_000;
const NEW: LiveActor = { state: LEDGER.initial("a"), seq: 0, hash: GENESIS };
const CONTEXT = { address: ledger("a"), behavior: LEDGER, limits: null, now: NOW };

function delivery(
  id: string,
  command: LedgerCommand | string,
  more: Partial<Delivery> = {},
): Delivery {
  return {
    ...NOBODY,
    id,
    command,
    sender: "test",
    origin: "direct",
    digest: null,
    timer: null,
    attempts: 0,
    received_at: 0,
    ...more,
  };
}

const notes = (actor: LiveActor) => (actor.state as LedgerState).notes;

Deno.test("step() decides each command on the state that the one before it left", () => {
  const taken = ["a", "b", "c"].map((text, i) => delivery(`c${i}`, note(text)));
  const next = step(NEW, taken, CONTEXT);
  assert.deepEqual(notes(next.after), ["a", "b", "c"]);
  assert.deepEqual(next.answers.map(({ answer }) => answer), [
    { reply: 1, repeated: false },
    { reply: 2, repeated: false },
    { reply: 3, repeated: false },
  ]);
  assert.equal(next.poison, null);
});

Deno.test("step() numbers, dates, and chains its events, and says what caused them", () => {
  const first = step(NEW, [delivery("c1", note("a")), delivery("c2", note("b"))], CONTEXT);
  const second = step(first.after, [delivery("c3", note("c"))], { ...CONTEXT, now: NOW + 5 });
  const events = [...first.events, ...second.events];
  assert.deepEqual(events.map(({ seq, cause, at }) => [seq, cause, at]), [
    [1, "c1", NOW],
    [2, "c2", NOW],
    [3, "c3", NOW + 5],
  ]);
  assert.deepEqual(verifyChain(ledger("a"), events), {
    ok: true,
    seq: 3,
    hash: second.after.hash,
  });
});

Deno.test("step() of a refused command changes nothing, and tells the sender", () => {
  const next = step(NEW, [delivery("c1", { type: "refuse" })], CONTEXT);
  assert.deepEqual(next.after, NEW);
  assert.deepEqual(next.answers.map(({ answer }) => answer), [
    { reject: { code: "refused", message: "The ledger was asked to refuse" } },
  ]);
  assert.ok(isEmpty(next));
});

Deno.test("step() keeps what was decided before the command on which the actor throws", () => {
  const bad = delivery("c2", { type: "boom" });
  const next = step(NEW, [delivery("c1", note("a")), bad, delivery("c3", note("c"))], CONTEXT);
  assert.deepEqual(notes(next.after), ["a"]);
  assert.equal(next.poison?.delivery, bad);
  assert.match(String(next.poison?.error), /asked to throw/);
  assert.deepEqual(next.answers.map(({ delivery }) => delivery.id), ["c1"]);
});

Deno.test("step() stops before a command that repeats an id, which needs the other's answer", () => {
  const next = step(NEW, [delivery("c1", note("a")), delivery("c1", note("b"))], CONTEXT);
  assert.deepEqual(notes(next.after), ["a"]);
  assert.equal(next.answers.length, 1);
  assert.equal(next.poison, null);
});

Deno.test("step() remembers stored commands always, and repeatable ones that were not refused", () => {
  const refuse: LedgerCommand = { type: "refuse" };
  const cases: readonly [Delivery, boolean][] = [
    [delivery("direct", note("x")), false],
    [delivery("keyed", note("x"), { digest: "d" }), true],
    [delivery("keyed refused", refuse, { digest: "d" }), false],
    [delivery("stored", note("x"), { origin: "mailbox", digest: "" }), true],
    [delivery("stored refused", refuse, { origin: "mailbox", digest: "" }), true],
    [delivery("effect", note("x"), { origin: "effect" }), false],
    [delivery("timer", note("x"), { origin: "timer", timer: { name: "t", at: 1 } }), false],
  ];
  const next = step(NEW, cases.map(([one]) => one), CONTEXT);
  assert.deepEqual(
    next.handled.map(({ id }) => id),
    cases.filter(([, remembered]) => remembered).map(([{ id }]) => id),
  );
  assert.equal(next.handled[0]?.digest, "d");
  assert.deepEqual(
    next.handled.filter(({ refused }) => refused).map(({ id }) => id),
    ["stored refused"],
  );
});

Deno.test("step() has a timer fired also when its command is refused", () => {
  const timer = { name: "t", at: NOW };
  const next = step(
    NEW,
    [delivery("t1", { type: "refuse" }, { origin: "timer", timer })],
    CONTEXT,
  );
  assert.deepEqual(next.timers, [{ op: "fired", name: "t", at: NOW }]);
  assert.equal(isEmpty(next), false);
});

Deno.test("step() sets and clears timers after the one that fired, in order", () => {
  const timer = { name: "t", at: NOW };
  const set: LedgerCommand = { type: "remind", name: "t", at: NOW + 9, text: "x" };
  const next = step(NEW, [
    delivery("t1", set, { origin: "timer", timer }),
    delivery("c1", { ...set, name: "u", at: null }),
  ], CONTEXT);
  assert.deepEqual(next.timers, [
    { op: "fired", name: "t", at: NOW },
    { op: "set", name: "t", at: NOW + 9, command: { type: "note", text: "x" } },
    { op: "clear", name: "u" },
  ]);
});

Deno.test("step() takes a stored command that it cannot read for poison", () => {
  const next = step(NEW, [delivery("c1", { type: "??" } as never, { origin: "mailbox" })], CONTEXT);
  assert.equal(next.poison?.delivery.id, "c1");
});

Deno.test("step() makes text of halves of surrogate pairs, the same in state and journal", () => {
  const next = step(NEW, [delivery("c1", note("x\ud83d"))], CONTEXT);
  assert.equal(next.poison, null);
  assert.deepEqual(notes(next.after), ["x\ufffd"]);
  assert.deepEqual(JSON.parse(next.events[0]!.text), { text: "x\ufffd" });
});

Deno.test("step() decides on what a command's canonical text says, whoever sent it", () => {
  const seen: unknown[] = [];
  const behavior: typeof LEDGER = {
    ...LEDGER,
    decide: (_, command) => {
      seen.push(command);
      return { events: [] };
    },
  };
  const command = JSON.parse('{"type":"note","text":"x","more":{"b":1,"a":2,"__proto__":3}}');
  for (const origin of ["direct", "mailbox", "timer", "effect"] as const) {
    step(NEW, [delivery("c1", command, { origin })], { ...CONTEXT, behavior });
  }
  const wanted = '{"more":{"a":2,"b":1},"text":"x","type":"note"}';
  assert.deepEqual(seen.map((command) => JSON.stringify(command)), [
    wanted,
    wanted,
    wanted,
    wanted,
  ]);
});

Deno.test("step() takes a command that is nested too deep for poison", () => {
  const deep = JSON.parse("[".repeat(5000) + "]".repeat(5000));
  const next = step(NEW, [delivery("c1", { ...note("x"), deep } as never)], CONTEXT);
  assert.match(String(next.poison?.error), /nested at most/);
  assert.ok(isEmpty(next));
});

Deno.test("step() takes an event that has no JSON form for poison, and nothing of it stays", () => {
  const next = step(NEW, [delivery("c1", { ...note("x"), text: NaN } as never)], CONTEXT);
  assert.equal(next.poison?.delivery.id, "c1");
  assert.deepEqual(next.after, NEW);
  assert.ok(isEmpty(next));
});
