import assert from "node:assert/strict";
import { GENESIS } from "../journal/hash_chain.ts";
import type { Attempt } from "./attempt.ts";
import { tookPlace } from "./attempt.ts";
import type { Step } from "./step.ts";

const EVENT = { seq: 1, type: "noted", v: 1, payload: 1, cause: "c", at: 0, hash: "h1", text: "1" };

function attempt(events: Step["events"], hash: string): Attempt {
  const after = { state: null, seq: events.length, hash };
  const nothing = { sends: [], timers: [], questions: [], handled: [], answers: [], poison: null };
  return { before: null, step: { after, events, ...nothing }, out: false };
}

Deno.test("tookPlace() recognises its own events in what was loaded", () => {
  const own = attempt([EVENT], "h1");
  assert.equal(tookPlace(own, { state: null, seq: 1, hash: "h1" }), true);
  assert.equal(tookPlace(own, { state: null, seq: 1, hash: "another's" }), false);
  assert.equal(tookPlace(null, { state: null, seq: 1, hash: "h1" }), false);
});

Deno.test("tookPlace() does not take an unchanged state for a step without events", () => {
  assert.equal(tookPlace(attempt([], GENESIS), { state: null, seq: 0, hash: GENESIS }), false);
});
