import assert from "node:assert/strict";
import { errorCode, errorMessage } from "../errors.ts";
import { ManualClock } from "../manual_clock.ts";
import { type LogLine, recordingLogger } from "../sandbox/testing.ts";
import { refusePowerlessWatchdog, watched } from "./watchdog.ts";
import type { WatchSettings } from "./watchdog_thread.ts";

/** A node whose thread counts. */
function setUp(watchdog_ms: number | null) {
  const clock = new ManualClock();
  const lines: LogLine[] = [];
  const world = { stuck: null as string | null };
  const thread = { settings: [] as WatchSettings[], beats: 0, closed: 0 };
  const node = watched({
    clock,
    log: recordingLogger(lines),
    stuck: () => world.stuck,
    watchdog_ms,
    node_id: "n1",
    startThread(settings) {
      thread.settings.push(settings);
      return { beat: () => void thread.beats++, close: () => void thread.closed++ };
    },
  });
  return { clock, node, world, thread, lines };
}

Deno.test("watched() does nothing without a watchdog", async () => {
  const { clock, node, thread } = setUp(null);
  await clock.advance(60_000);
  node.stopping();
  await node[Symbol.asyncDispose]();
  assert.deepEqual([thread.settings, thread.beats, clock.sleeping], [[], 0, 0]);
});

Deno.test("watched() says that the node lives as often as its thread looks", async () => {
  const { clock, node, thread } = setUp(60_000);
  await clock.advance(0);
  assert.equal(thread.beats, 1);
  await clock.advance(60_000);
  const [settings] = thread.settings;
  assert.equal(thread.beats, 1 + (settings?.looks ?? 0));
  assert.deepEqual([settings?.silence_ms, settings?.node], [60_000, "n1"]);
  await node[Symbol.asyncDispose]();
  assert.deepEqual([thread.closed, clock.sleeping], [1, 0]);
});

Deno.test("watched() is silent while the node is stuck, and says in the log why", async () => {
  const { clock, node, thread, world, lines } = setUp(60_000);
  await clock.advance(0);
  world.stuck = "the engine stands still";
  await clock.advance(12_000);
  assert.equal(thread.beats, 1);
  assert.deepEqual(lines.map(({ level, fields }) => [level, fields.reason]), [
    ["error", "the engine stands still"],
    ["error", "the engine stands still"],
  ]);
  world.stuck = null;
  await clock.advance(6000);
  assert.equal(thread.beats, 2);
  await node[Symbol.asyncDispose]();
});

Deno.test("watched() leaves a node alone that stops", async () => {
  const { clock, node, thread } = setUp(60_000);
  await clock.advance(0);
  node.stopping();
  await clock.advance(60_000);
  assert.deepEqual([thread.beats, thread.closed], [1, 1]);
  await node[Symbol.asyncDispose]();
  assert.equal(thread.closed, 1);
});

Deno.test("refusePowerlessWatchdog() refuses a watchdog of a container's first process, and no other", () => {
  refusePowerlessWatchdog(null, 1);
  refusePowerlessWatchdog(60_000, 7);
  assert.throws(() => refusePowerlessWatchdog(60_000, 1), (error) => {
    assert.equal(errorCode(error), "config_invalid");
    assert.match(errorMessage(error), /SYNAPSE_WATCHDOG_SECONDS is 60, wanted 0: .*--init/);
    return true;
  });
});
