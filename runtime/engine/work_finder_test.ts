import assert from "node:assert/strict";
import type { Address } from "../../actors/behavior.ts";
import { ManualClock } from "../manual_clock.ts";
import { ledger } from "./ledger_actor.ts";
import { WorkFinder } from "./work_finder.ts";

function finder(
  work: { owed: Address[]; backlog: Address[]; room: number; fails?: number; untold?: boolean },
) {
  const clock = new ManualClock();
  const told: string[] = [];
  const errors: unknown[] = [];
  const stop = new AbortController();
  const tell = (how: string) => ({ id }: Address) => {
    if (work.room <= 0) return false;
    work.room -= 1;
    told.push(`${how} ${id}`);
    return true;
  };
  const found = new WorkFinder({
    journal: {
      owed: () => {
        if (work.fails && work.fails-- > 0) return Promise.reject(new TypeError("Broken"));
        return Promise.resolve({ items: work.owed, next: null });
      },
      backlog: () => Promise.resolve(work.backlog),
    },
    clock,
    partitions: () => [0],
    told: () => work.untold !== true,
    actors_max: 10,
    wake: tell("wake"),
    feed: tell("feed"),
    onError: (error) => Promise.resolve(void errors.push(error)),
  });
  const run = found.run(stop.signal);
  return { clock, told, errors, work, end: () => (stop.abort(), run) };
}

Deno.test("WorkFinder tells at once what it finds at start, and again later what is still there", async () => {
  const { clock, told, work, end } = finder({
    owed: [ledger("a")],
    backlog: [ledger("b")],
    room: 100,
  });
  await clock.advance(1);
  await clock.advance(1);
  assert.deepEqual(told, ["wake a", "feed b"]);
  work.owed = [];
  work.backlog = [ledger("c")];
  await clock.advance(3000);
  await clock.advance(1);
  assert.deepEqual(told, ["wake a", "feed b", "feed c"]);
  await end();
});

Deno.test("WorkFinder looks again soon when there was no room for all", async () => {
  const { clock, told, work, end } = finder({
    owed: [ledger("a"), ledger("b")],
    backlog: [],
    room: 1,
  });
  await clock.advance(1);
  await clock.advance(1);
  assert.deepEqual(told, ["wake a"]);
  work.owed = [ledger("b")];
  work.room = 1;
  await clock.advance(50);
  assert.deepEqual(told, ["wake a", "wake b"]);
  await end();
});

Deno.test("WorkFinder goes on after an error", async () => {
  const { clock, told, errors, end } = finder({
    owed: [ledger("a")],
    backlog: [],
    room: 9,
    fails: 1,
  });
  await clock.advance(1);
  await clock.advance(1);
  assert.deepEqual([told, errors.length], [[], 1]);
  await clock.advance(3000);
  await clock.advance(1);
  assert.deepEqual(told, ["wake a"]);
  await end();
});

Deno.test("WorkFinder looks often while no notices come, from the moment on when they cease", async () => {
  const { clock, told, work, end } = finder({ owed: [], backlog: [ledger("a")], room: 100 });
  for (let i = 0; i < 1000; i += 100) await clock.advance(100);
  assert.deepEqual(told, ["feed a"]);
  work.untold = true;
  for (let i = 0; i < 1000; i += 100) await clock.advance(100);
  assert.ok(told.length >= 9, `It looked ${told.length} times`);
  work.untold = false;
  for (let i = 0; i < 5; i++) await clock.advance(100);
  const before = told.length;
  await clock.advance(2000);
  assert.equal(told.length, before);
  await end();
  assert.equal(clock.sleeping, 0);
});
