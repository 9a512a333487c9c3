import assert from "node:assert/strict";
import type { TimerRow } from "../port.ts";
import { firedTimers, lastTimers } from "./timer_changes.ts";

const set = (name: string, at: number): TimerRow => ({ op: "set", name, at, command: at });
const clear = (name: string): TimerRow => ({ op: "clear", name });
const fired = (name: string, at: number): TimerRow => ({ op: "fired", name, at });

const ends = (...changes: TimerRow[]) =>
  [...lastTimers(changes)].map(([name, timer]) => [name, timer?.at ?? null]);

Deno.test("lastTimers() gives what stands under each name after all changes", () => {
  assert.deepEqual(ends(), []);
  assert.deepEqual(ends(set("t", 1), clear("u")), [["t", 1], ["u", null]]);
  assert.deepEqual(ends(set("t", 1), clear("t")), [["t", null]]);
  assert.deepEqual(ends(clear("t"), set("t", 1), set("t", 2)), [["t", 2]]);
});

Deno.test("lastTimers() lets a fired timer remove only the one that stands for its time", () => {
  assert.deepEqual(ends(fired("t", 1)), [["t", null]]);
  assert.deepEqual(ends(fired("t", 1), set("t", 2)), [["t", 2]]);
  assert.deepEqual(ends(set("t", 2), fired("t", 1)), [["t", 2]]);
  assert.deepEqual(ends(set("t", 1), fired("t", 1)), [["t", null]]);
});

Deno.test("firedTimers() gives those that must stand", () => {
  assert.deepEqual(firedTimers([set("t", 1), fired("u", 2), clear("v")]), [fired("u", 2)]);
});
