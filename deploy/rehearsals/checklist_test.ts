import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/manual_clock.ts";
import { Checklist } from "./checklist.ts";
import { RehearsalError } from "./rehearsal_error.ts";

Deno.test("Checklist counts what held, and tells how long it took", async () => {
  const clock = new ManualClock();
  const lines: string[] = [];
  const list = new Checklist(clock, (line) => lines.push(line));
  list.part("Part");
  await list.step("it holds", () => clock.advance(1500).then(() => "seen"));
  await list.step("so does this", async () => {});
  assert.equal(list.done, 2);
  assert.deepEqual(lines, [
    "\nPart",
    "  ok    it holds: seen (1.5 s)",
    "  ok    so does this (0.0 s)",
  ]);
});

Deno.test("Checklist ends with the first that does not hold", async () => {
  const lines: string[] = [];
  const list = new Checklist(new ManualClock(), (line) => lines.push(line));
  const failing = list.step("it holds", () => Promise.reject(new RehearsalError("It does not")));
  await assert.rejects(failing, RehearsalError);
  assert.equal(list.done, 0);
  assert.deepEqual(lines, ["  FAIL  it holds"]);
});
