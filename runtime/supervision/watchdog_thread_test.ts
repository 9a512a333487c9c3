import assert from "node:assert/strict";
import { ManualClock } from "../manual_clock.ts";
import { watchBeats } from "./watchdog_thread.ts";

/** Beats are looked for each second, and may stay away for four. */
const SETTINGS = { silence_ms: 4000, looks: 4, write_ms: 500, node: "n1" };

/** A watched process. */
function setUp(write: () => Promise<unknown> = () => Promise.resolve()) {
  const clock = new ManualClock(0);
  const lines: string[] = [];
  const process = { ended_at: null as number | null, beat: () => {} };
  const watching = watchBeats({
    onBeat: (beat) => process.beat = beat,
    sleep: (ms) => clock.sleep(ms),
    now: () => clock.now(),
    write(line) {
      lines.push(line);
      return write();
    },
    end: () => process.ended_at = clock.now(),
  }, SETTINGS);
  return { clock, lines, process, watching };
}

Deno.test("watchBeats() lets a process be as long as beats come", async () => {
  const { clock, lines, process } = setUp();
  for (let passed = 0; passed < 100; passed++) {
    process.beat();
    await clock.advance(1000);
  }
  // One that is late by nearly all of the time that it has.
  await clock.advance(3000);
  process.beat();
  await clock.advance(3000);
  assert.deepEqual([process.ended_at, lines], [null, []]);
});

Deno.test("watchBeats() ends a process that is silent, after a line that says so", async () => {
  const { clock, lines, process, watching } = setUp();
  await clock.advance(2500);
  process.beat();
  await clock.advance(10_000);
  await watching;
  assert.equal(process.ended_at, 7000);
  assert.equal(lines.length, 1);
  assert.ok(lines[0]?.endsWith("}\n"));
  assert.deepEqual(JSON.parse(lines[0] ?? ""), {
    level: "error",
    time: "1970-01-01T00:00:07.000Z",
    node: "n1",
    message: "Node showed no life for 4 s; its watchdog ends it",
  });
});

Deno.test("watchBeats() ends a process whose log takes nothing any more", async () => {
  const { clock, process, watching } = setUp(() => new Promise(() => {}));
  await clock.advance(5499);
  assert.equal(process.ended_at, null);
  await clock.advance(1);
  await watching;
  assert.equal(process.ended_at, 5500);
});
