import assert from "node:assert/strict";
import type { HealthReport } from "../edge/health_report.ts";
import { ManualClock } from "../manual_clock.ts";
import { type LogLine, recordingLogger } from "../sandbox/testing.ts";
import { encodeNotice, type Notice } from "./notice.ts";
import { supervised } from "./supervised.ts";

const READY: HealthReport = { status: "ready", checks: {} };
const WATCHED = { NOTIFY_SOCKET: "/run/notify", WATCHDOG_USEC: "20000000" };

/** A node whose supervisor writes down what it is told. */
function setUp(env: Record<string, string>) {
  const clock = new ManualClock();
  const told: string[] = [];
  const lines: LogLine[] = [];
  const world = {
    health: () => Promise.resolve(READY),
    stuck: null as string | null,
    send: (notice: Notice) => {
      told.push(encodeNotice(notice));
      return Promise.resolve();
    },
    closed: 0,
  };
  const node = supervised({
    env,
    pid: 1,
    clock,
    entropy: { id: (prefix) => prefix },
    log: recordingLogger(lines),
    api_url: "http://127.0.0.1:8000",
    health: () => world.health(),
    stuck: () => world.stuck,
    open: (address) => {
      assert.equal(address, "/run/notify");
      return { send: (notice) => world.send(notice), close: () => void world.closed++ };
    },
  });
  /** What was told since this was asked last. */
  const news = async () => {
    await clock.advance(0);
    return told.splice(0);
  };
  return { clock, node, world, lines, news };
}

Deno.test("supervised() does nothing without a supervisor", async () => {
  const { node, clock, news, lines } = setUp({ WATCHDOG_USEC: "20000000" });
  await clock.advance(60_000);
  node.stopping();
  await node[Symbol.asyncDispose]();
  assert.deepEqual([await news(), lines, clock.sleeping], [[], [], 0]);
});

Deno.test("supervised() says that the node is ready, then how it is, then that it lives in half of the time", async () => {
  const { node, clock, news } = setUp(WATCHED);
  assert.deepEqual(await news(), [
    "READY=1",
    "WATCHDOG=1",
    "STATUS=Ready at http://127.0.0.1:8000",
  ]);
  await clock.advance(9999);
  assert.deepEqual(await news(), []);
  await clock.advance(1);
  assert.deepEqual(await news(), ["WATCHDOG=1"]);
  await clock.advance(30_000);
  assert.deepEqual(await news(), ["WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]);
  await node[Symbol.asyncDispose]();
});

Deno.test("supervised() tells a status when it is another one", async () => {
  const { node, clock, world, news } = setUp({ NOTIFY_SOCKET: "/run/notify" });
  await news();
  const journal = { status: "failed", detail: "disk full" } as const;
  world.health = () => Promise.resolve({ status: "not_ready", checks: { journal } });
  await clock.advance(20_000);
  assert.deepEqual(await news(), [
    "STATUS=Not ready at http://127.0.0.1:8000; journal: disk full",
  ]);
  world.health = () => Promise.resolve(READY);
  await clock.advance(5000);
  assert.deepEqual(await news(), ["STATUS=Ready at http://127.0.0.1:8000"]);
  await node[Symbol.asyncDispose]();
});

Deno.test("supervised() leaves a stuck node to the watchdog, and takes it back when it goes on", async () => {
  const { node, clock, world, news, lines } = setUp(WATCHED);
  await news();
  world.stuck = "the engine stands still";
  await clock.advance(20_000);
  assert.deepEqual(await news(), []);
  assert.deepEqual(lines.map(({ level, fields }) => [level, fields.reason]), [
    ["error", "the engine stands still"],
    ["error", "the engine stands still"],
  ]);
  world.stuck = null;
  await clock.advance(10_000);
  assert.deepEqual(await news(), ["WATCHDOG=1"]);
  await node[Symbol.asyncDispose]();
});

Deno.test("supervised() says that the node lives while its dependencies leave the question unanswered", async () => {
  const { node, clock, world, news } = setUp(WATCHED);
  await news();
  const never = Promise.withResolvers<HealthReport>();
  world.health = () => never.promise;
  await clock.advance(30_000);
  assert.deepEqual(await news(), ["WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]);
  never.resolve(READY);
  await node[Symbol.asyncDispose]();
});

Deno.test("supervised() tells nothing after the end has begun, not even a report under way", async () => {
  const { node, clock, world, news } = setUp(WATCHED);
  await news();
  const report = Promise.withResolvers<HealthReport>();
  world.health = () => report.promise;
  await clock.advance(5000);
  node.stopping();
  report.resolve({ status: "degraded", checks: {} });
  await clock.advance(60_000);
  assert.deepEqual(await news(), ["STOPPING=1\nSTATUS=Stops: finishes and hands over"]);
  await node[Symbol.asyncDispose]();
  assert.deepEqual([world.closed, clock.sleeping], [1, 0]);
});

Deno.test("supervised() logs a supervisor that takes nothing, and a variable that it cannot use", async () => {
  const { node, world, clock, lines } = setUp({ ...WATCHED, WATCHDOG_USEC: "often" });
  assert.deepEqual(lines.map(({ level, fields }) => [level, fields]), [
    ["warn", { name: "WATCHDOG_USEC", reason: "is no positive whole number" }],
  ]);
  await clock.advance(0);
  lines.length = 0;
  world.send = () => Promise.reject(new Deno.errors.ConnectionRefused("nobody"));
  world.health = () => Promise.resolve({ status: "degraded", checks: {} });
  await clock.advance(5000);
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?.level, "warn");
  assert.match(lines[0]?.message ?? "", /supervisor cannot be told/);
  world.send = (notice) => {
    lines.push({ level: "info", message: encodeNotice(notice), fields: {} });
    return Promise.resolve();
  };
  await clock.advance(5000);
  assert.equal(lines.at(-1)?.message, "STATUS=Degraded at http://127.0.0.1:8000");
  await node[Symbol.asyncDispose]();
});

Deno.test("supervised() logs a way to the supervisor that cannot be opened, and goes on", async () => {
  const lines: LogLine[] = [];
  const node = supervised({
    env: WATCHED,
    pid: 1,
    clock: new ManualClock(),
    entropy: { id: (prefix) => prefix },
    log: recordingLogger(lines),
    api_url: "",
    health: () => Promise.resolve(READY),
    stuck: () => null,
    open: () => {
      throw new Deno.errors.NotCapable("Requires write access");
    },
  });
  assert.deepEqual(lines.map(({ level, message }) => [level, message]), [
    ["warn", "The supervisor cannot be told anything"],
  ]);
  await node[Symbol.asyncDispose]();
});
