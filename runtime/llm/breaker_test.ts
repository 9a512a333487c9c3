import assert from "node:assert/strict";
import { begun, type Breaker, CLOSED, ended, refusedForMs } from "./breaker.ts";

const settings = { faults: 3, open_ms: 1000 };
const after = (breaker: Breaker, outcome: "healthy" | "fault" | "unknown", now = 0) =>
  ended(breaker, outcome, now, settings);

/** Opened at time 0 by three faults in a row. */
const opened = after(after(after(CLOSED, "fault"), "fault"), "fault");

Deno.test("ended() opens the breaker when faults come in a row, and only then", () => {
  assert.equal(opened.state, "open");
  const interrupted = after(after(after(CLOSED, "fault"), "fault"), "healthy");
  assert.deepEqual(interrupted, CLOSED);
});

Deno.test("ended() does not count a cancelled call", () => {
  const two = after(after(CLOSED, "fault"), "fault");
  assert.deepEqual(after(two, "unknown"), two);
});

Deno.test("refusedForMs() refuses calls while the breaker is open, then lets one try", () => {
  assert.equal(refusedForMs(opened, 400, settings), 600);
  assert.equal(refusedForMs(opened, 1000, settings), 0);
  const trying = begun(opened);
  assert.equal(trying.state, "half_open");
  assert.ok(refusedForMs(trying, 1000, settings) > 0);
});

Deno.test("ended() closes or opens again by how the trying call ends", () => {
  const trying = begun(opened);
  assert.deepEqual(after(trying, "healthy", 1000), CLOSED);
  assert.deepEqual(after(trying, "fault", 1000), { state: "open", until: 2000 });
});

Deno.test("ended() lets the next call try at once when the trying call was cancelled", () => {
  const next = after(begun(opened), "unknown", 1500);
  assert.equal(refusedForMs(next, 1500, settings), 0);
});

Deno.test("ended() keeps an open breaker's time when an older call fails late", () => {
  assert.deepEqual(after(opened, "fault", 900), opened);
});

Deno.test("begun() leaves a closed breaker as it is", () => {
  assert.equal(begun(CLOSED), CLOSED);
  assert.equal(refusedForMs(CLOSED, 0, settings), 0);
});
