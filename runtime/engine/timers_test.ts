import assert from "node:assert/strict";
import type { DueTimer } from "../journal/port.ts";
import { ManualClock } from "../manual_clock.ts";
import { ledger } from "./ledger_actor.ts";
import { Timers } from "./timers.ts";

/** Timers that stand in a list, and are taken away as a commit does. */
class TimerList {
  readonly #clock: ManualClock;
  standing: DueTimer[] = [];
  looks = 0;
  fault: Error | null = null;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  set(name: string, at: number, id = "a"): void {
    this.standing.push({ address: ledger(id), name, at, command: null });
    this.standing.sort((a, b) => a.at - b.at);
  }

  clear(timer: DueTimer): void {
    this.standing = this.standing.filter((one) => one !== timer);
  }

  dueTimers(_: readonly number[], limit: number): Promise<readonly DueTimer[]> {
    this.looks += 1;
    if (this.fault) return Promise.reject(this.fault);
    const due = this.standing.filter(({ at }) => at <= this.#clock.now());
    return Promise.resolve(due.slice(0, limit));
  }

  nextTimerIn(_: readonly number[], after = -Infinity): Promise<number | null> {
    const next = this.standing.find(({ at }) => at > after);
    return Promise.resolve(next ? Math.max(0, next.at - this.#clock.now()) : null);
  }
}

/** Runs timers over a list. `take` says what becomes of each that fires: it is handled, or it stands. */
function setUp(take: (timer: DueTimer) => boolean = () => true) {
  const clock = new ManualClock();
  const list = new TimerList(clock);
  const fired: { readonly name: string; readonly late: number }[] = [];
  const errors: unknown[] = [];
  const timers = new Timers({
    store: list,
    clock,
    partitions: () => [0],
    fire: (timer) => {
      fired.push({ name: timer.name, late: clock.now() - timer.at });
      if (take(timer)) list.clear(timer);
    },
    onError: (error) => errors.push(error),
  });
  const stopped = new AbortController();
  const running = timers.run(stopped.signal);
  const stop = async () => {
    stopped.abort();
    await running;
    assert.equal(clock.sleeping, 0);
  };
  return { clock, list, timers, fired, errors, stop };
}

Deno.test("Timers fires a timer once, at its time, never before", async () => {
  const { clock, list, timers, fired, stop } = setUp();
  await clock.advance(0);
  const at = clock.now() + 5000;
  list.set("t", at);
  timers.noticed(at);
  await clock.advance(4999);
  assert.deepEqual(fired, []);
  await clock.advance(1);
  assert.deepEqual(fired, [{ name: "t", late: 0 }]);
  await clock.advance(600_000);
  assert.equal(fired.length, 1);
  await stop();
});

Deno.test("Timers fires what became due while nobody looked at once, oldest first", async () => {
  const { clock, list, fired, stop } = setUp();
  list.set("b", clock.now() - 10);
  list.set("a", clock.now() - 20);
  await clock.advance(0);
  assert.deepEqual(fired.map(({ name }) => name), ["a", "b"]);
  await stop();
});

Deno.test("Timers looks sooner when a timer is set that is due sooner", async () => {
  const { clock, list, timers, fired, stop } = setUp();
  list.set("late", clock.now() + 30_000);
  await clock.advance(100);
  const at = clock.now() + 50;
  list.set("soon", at);
  timers.noticed(at);
  await clock.advance(50);
  assert.deepEqual(fired, [{ name: "soon", late: 0 }]);
  await clock.advance(30_000);
  assert.deepEqual(fired.map(({ name }) => name), ["soon", "late"]);
  await stop();
});

Deno.test("Timers fires a timer that its own command sets anew", async () => {
  let left = 5;
  const { clock, list, timers, fired, stop } = setUp(({ at }) => {
    if (left-- > 0) {
      list.set("t", at + 1000);
      timers.noticed(at + 1000);
    }
    return true;
  });
  list.set("t", clock.now() + 1000);
  await clock.advance(20_000);
  assert.deepEqual(fired, Array.from({ length: 6 }, () => ({ name: "t", late: 0 })));
  await stop();
});

Deno.test("Timers fires many that are due at once, without waiting between pages", async () => {
  const { clock, list, fired, stop } = setUp();
  for (let i = 0; i < 1234; i++) list.set(`t${i}`, clock.now() - 1, `a${i}`);
  await clock.advance(100);
  assert.equal(new Set(fired.map(({ name }) => name)).size, 1234);
  assert.equal(fired.length, 1234);
  await stop();
});

Deno.test("Timers fires one that stands again, more and more seldom", async () => {
  const { clock, list, fired, stop } = setUp(() => false);
  list.set("stuck", clock.now());
  await clock.advance(60_000);
  assert.ok(fired.length >= 8 && fired.length <= 14, `Fired ${fired.length} times in a minute`);
  await clock.advance(600_000);
  assert.ok(fired.length <= 28, `Fired ${fired.length} times in eleven minutes`);
  assert.ok(list.looks <= 40, `Looked ${list.looks} times in eleven minutes`);
  await stop();
});

Deno.test("Timers fires another timer at its time while one stands", async () => {
  const { clock, list, fired, stop } = setUp(({ name }) => name !== "stuck");
  // Set before this node looked for the first time: nobody tells it.
  list.set("stuck", clock.now() - 1000, "a");
  for (const name of ["soon", "late"]) {
    list.set(name, clock.now() + (name === "soon" ? 20_001 : 40_002), "b");
  }
  await clock.advance(50_000);
  assert.deepEqual(fired.filter(({ name }) => name !== "stuck"), [
    { name: "soon", late: 0 },
    { name: "late", late: 0 },
  ]);
  await stop();
});

Deno.test("Timers lets any number of actors that cannot take theirs keep no other from its own", async () => {
  const { clock, list, timers, fired, stop } = setUp(({ name }) => name === "fine");
  for (let i = 0; i < 500; i++) list.set("stuck", clock.now() - 1000, `a${i}`);
  await clock.advance(10_000);
  const at = clock.now() + 10;
  list.set("fine", at, "b");
  timers.noticed(at);
  await clock.advance(1000);
  assert.equal(fired.filter(({ name }) => name === "fine").length, 1);
  await stop();
});

Deno.test("Timers fires a timer of the same name that is set for another time anew", async () => {
  const { clock, list, fired, stop } = setUp();
  list.set("t", clock.now());
  await clock.advance(10);
  list.set("t", clock.now());
  await clock.advance(100);
  assert.equal(fired.length, 2);
  await stop();
});

Deno.test("Timers says what goes wrong, and goes on when it is over", async () => {
  const { clock, list, fired, errors, stop } = setUp();
  list.fault = new DOMException("Away");
  list.set("t", clock.now());
  await clock.advance(3500);
  assert.equal(errors.length, 4);
  assert.deepEqual(fired, []);
  list.fault = null;
  await clock.advance(1000);
  assert.equal(fired.length, 1);
  await stop();
});

Deno.test("Timers sleeps when there is nothing to do", async () => {
  const { clock, list, stop } = setUp();
  await clock.advance(3_600_000);
  assert.ok(list.looks <= 62, `Looked ${list.looks} times in an hour`);
  await stop();
});
