import assert from "node:assert/strict";
import { systemClock } from "../../clock.ts";
import { DEFAULT_LIMITS } from "../../limits.ts";
import { testAnswers, testLiveEvents, testMailboxes } from "../contract.ts";
import { TestRedis } from "./test_redis.ts";

const LIMITS = { ...DEFAULT_LIMITS, live_entries: 64, live_idle_ms: 800 };

/** What one node writes another reads, so that everything goes through Redis. */
async function twoNodes() {
  const redis = new TestRedis();
  const writer = await redis.connect({ node: "writer", limits: LIMITS });
  const reader = await redis.connect({ node: "reader", limits: LIMITS });
  const end = async () => {
    await redis.clear();
    await redis[Symbol.asyncDispose]();
  };
  return { writer, reader, end };
}

testLiveEvents("Redis live events", async () => {
  const { writer, reader, end } = await twoNodes();
  const barrier = { tenant: "acme", type: "barrier", id: "a" };
  const watch = await reader.live.watch(barrier, { seq: 0, n: 0 });
  const { signal } = new AbortController();
  let seq = 0;
  return {
    live: {
      publish: (address, entries) => writer.live.publish(address, entries),
      watch: (address, after) => reader.live.watch(address, after),
      close: () => reader.live.close(),
      get closed() {
        return reader.live.closed;
      },
    },
    entries_max: LIMITS.live_entries,
    idle_ms: LIMITS.live_idle_ms,
    async pass(ms) {
      await systemClock.sleep(ms);
      writer.live.publish(barrier, [{ kind: "reset", cursor: { seq: ++seq, n: 1 } }]);
      // What was written before it has been read before it.
      for (;;) {
        const entries = await watch.next(signal);
        assert.ok(entries, "The barrier's watch ended");
        if (entries.at(-1)?.cursor.seq === seq) return;
      }
    },
    [Symbol.asyncDispose]: end,
  };
});

testMailboxes("Redis mailboxes", async () => {
  const { writer, reader, end } = await twoNodes();
  const barrier = { partition: 9999, address: { tenant: "acme", type: "barrier", id: "a" } };
  let arrived: () => void = () => {};
  reader.mailboxes.subscribe(() => arrived()).own([barrier.partition]);
  return {
    mailboxes: {
      announce: (notices) => writer.mailboxes.announce(notices),
      subscribe: (handler) => reader.mailboxes.subscribe(handler),
    },
    async settle() {
      const { promise, resolve } = Promise.withResolvers<void>();
      arrived = resolve;
      writer.mailboxes.announce([barrier]);
      await promise;
    },
    [Symbol.asyncDispose]: end,
  };
});

testAnswers("Redis answers", async () => {
  const { writer, reader, end } = await twoNodes();
  const address = { tenant: "acme", type: "barrier", id: "a" };
  let arrived: () => void = () => {};
  reader.answers.listen("barrier", () => arrived());
  return {
    answers: {
      send: (node, handled) => writer.answers.send(node, handled),
      listen: (node, handler) => reader.answers.listen(node, handler),
    },
    async settle() {
      const { promise, resolve } = Promise.withResolvers<void>();
      arrived = resolve;
      writer.answers.send("barrier", [{ address, command_id: "a", reply: null }]);
      await promise;
    },
    [Symbol.asyncDispose]: end,
  };
});
