import assert from "node:assert/strict";
import { item, textOf } from "../contract/subject.ts";
import { ManualClock } from "../../manual_clock.ts";
import type { Memory } from "../port.ts";
import { openQdrantMemory, type QdrantMemoryOptions } from "./open.ts";
import { type Failure, QdrantStandIn } from "./stand_in/server.ts";
import { testOptions } from "./test_server.ts";

const ACME = { tenant: "acme" };
const UNAVAILABLE = { code: "memory_unavailable" };

/** Every method of the port that asks the server. */
const METHODS: Readonly<Record<string, (memory: Memory) => Promise<unknown>>> = {
  remember: (memory) => memory.remember([item("m1", textOf(1))]),
  recall: (memory) => memory.recall({ text: textOf(1), filter: ACME, k: 1 }),
  forget: (memory) => memory.forget({ ...ACME, ids: ["unknown"] }),
  list: (memory) => memory.list(ACME, { cursor: null, limit: 1 }),
  stats: (memory) => memory.stats("acme"),
  check: (memory) => memory.check(),
  rebuild: async (memory) => {
    await using _ = await memory.rebuild(null);
  },
};

function open(server: QdrantStandIn, more: Partial<QdrantMemoryOptions> = {}): Memory {
  return openQdrantMemory(testOptions(server.url, more));
}

/** Operations that were asked for since the last call of it. */
function takeOperations(server: QdrantStandIn): string[] {
  return server.requests.splice(0).map(({ operation }) => operation);
}

Deno.test("Qdrant down: every method says so, and works when it is back", async () => {
  await using server = new QdrantStandIn();
  await using memory = open(server);
  await server.stop();
  for (const method of Object.values(METHODS)) {
    await assert.rejects(method(memory), { ...UNAVAILABLE, message: /cannot be reached/ });
  }
  server.start();
  for (const method of Object.values(METHODS)) await method(memory);
  await server.stop();
  for (const method of Object.values(METHODS)) await assert.rejects(method(memory), UNAVAILABLE);
  server.start();
  assert.equal((await memory.stats("acme")).items, 1);
});

Deno.test("Qdrant silent: a call is broken off at its deadline, and not repeated", async () => {
  await using server = new QdrantStandIn();
  const clock = new ManualClock();
  await using memory = open(server, { clock });
  await memory.check();
  for (const [name, method] of Object.entries(METHODS)) {
    takeOperations(server);
    server.failing = () => ({ kind: "silence" });
    const refused = assert.rejects(method(memory), {
      ...UNAVAILABLE,
      message: /did not answer within 10000 ms/,
    });
    while (server.requests.length === 0) await clock.yield();
    await clock.advance(10_000);
    await refused;
    assert.equal(takeOperations(server).length, 1, name);
    server.failing = null;
    await method(memory);
  }
  assert.equal(clock.sleeping, 0);
});

Deno.test("Qdrant failing for a moment: the call is repeated", async () => {
  for (const status of [429, 500, 502, 503]) {
    await using server = new QdrantStandIn();
    await using memory = open(server);
    await memory.check();
    takeOperations(server);
    let left = 2;
    server.failing = () => left-- > 0 ? { kind: "status", status } : null;
    assert.equal((await memory.stats("acme")).items, 0);
    assert.equal(takeOperations(server).length, 3);
  }
});

Deno.test("Qdrant failing for long: three tries, then every method says so", async () => {
  await using server = new QdrantStandIn();
  await using memory = open(server);
  await memory.check();
  for (const method of Object.values(METHODS)) {
    server.failing = () => ({ kind: "status", status: 503 });
    takeOperations(server);
    await assert.rejects(method(memory), { ...UNAVAILABLE, data: { status: 503 } });
    assert.equal(takeOperations(server).length, 3);
    server.failing = null;
    await method(memory);
  }
});

Deno.test("Qdrant asks to wait for long: it is left alone", async () => {
  await using server = new QdrantStandIn();
  await using memory = open(server);
  await memory.check();
  takeOperations(server);
  for (const wait of ["9", "Wed, 01 Jan 2098 00:00:00 GMT"]) {
    server.failing = () => ({ kind: "status", status: 429, headers: { "retry-after": wait } });
    await assert.rejects(memory.stats("acme"), UNAVAILABLE);
  }
  server.failing = () => ({ kind: "status", status: 429, headers: { "retry-after": "9" } });
  takeOperations(server);
  await assert.rejects(memory.stats("acme"), { ...UNAVAILABLE, message: /too much to do/ });
  assert.equal(takeOperations(server).length, 1);
});

for (const kind of ["cut", "half", "empty"] as const) {
  Deno.test(`Qdrant's answer is ${kind}: every method says so, and works after that`, async () => {
    await using server = new QdrantStandIn();
    await using memory = open(server);
    await memory.check();
    for (const [name, method] of Object.entries(METHODS)) {
      server.failing = () => ({ kind });
      await assert.rejects(method(memory), UNAVAILABLE, name);
      server.failing = null;
      await method(memory);
    }
    assert.equal((await memory.stats("acme")).items, 1);
  });
}

Deno.test("A write that Qdrant has taken but not made is not called done", async () => {
  await using server = new QdrantStandIn();
  await using memory = open(server);
  await memory.check();
  server.failing = () => ({ kind: "unfinished" });
  await assert.rejects(METHODS["remember"]!(memory), { ...UNAVAILABLE, message: /not finished/ });
  server.failing = null;
  await METHODS["remember"]!(memory);
  server.failing = () => ({ kind: "unfinished" });
  await assert.rejects(memory.forget(ACME), { ...UNAVAILABLE, message: /not finished/ });
  server.failing = null;
  await memory.forget(ACME);
  assert.equal((await memory.stats("acme")).items, 0);
});

Deno.test("A wrong API key is refused once, and named without being shown", async () => {
  await using server = new QdrantStandIn({ api_key: "right-key-0001" });
  await using memory = open(server, { api_key: "wrong-key-0002" });
  await assert.rejects(memory.check(), (error: Error) => {
    assert.match(error.message, /refuses the API key \(status 401\)/);
    assert.doesNotMatch(`${error.message} ${Deno.inspect(error)}`, /wrong-key/);
    return true;
  });
  await using right = open(server, { api_key: "right-key-0001" });
  await right.check();
});

Deno.test("A collection that was removed is missed, not made anew without its items", async () => {
  await using server = new QdrantStandIn();
  await using memory = open(server);
  const items = [item("m1", textOf(1)), item("m2", textOf(2))];
  await memory.remember(items);
  for (const name of server.collections.names) server.collections.delete(name);
  const gone = { ...UNAVAILABLE, message: /`synapse memory reindex`/ };
  for (const [name, method] of Object.entries(METHODS)) {
    if (name !== "rebuild") await assert.rejects(method(memory), gone, name);
  }
  assert.deepEqual(server.collections.names, []);
  await using rebuild = await memory.rebuild(null);
  await rebuild.add(items);
  await rebuild.finish();
  await memory.check();
  assert.equal((await memory.stats("acme")).items, 2);
});

Deno.test("Disposing of a memory breaks off what is under way", async () => {
  await using server = new QdrantStandIn();
  const memory = open(server);
  await memory.check();
  takeOperations(server);
  server.failing = () => ({ kind: "silence" });
  const refused = assert.rejects(memory.stats("acme"), { ...UNAVAILABLE, message: /closed/ });
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await memory[Symbol.asyncDispose]();
  await refused;
  await assert.rejects(memory.stats("acme"), { ...UNAVAILABLE, message: /closed/ });
});

const FAILURES: readonly Failure[] = [
  { kind: "status", status: 500 },
  { kind: "cut" },
  { kind: "half" },
  { kind: "unfinished" },
  { kind: "empty" },
];

Deno.test("Writes that are tried until they land leave each item once, whatever fails", async () => {
  await using server = new QdrantStandIn();
  await using memory = open(server, { bounds: { tries_max: 1 } });
  let state = 1;
  server.failing = () => {
    // A simple generator is as good as chance, and without rhythm.
    state = (state * 48_271) % 2_147_483_647;
    return state % 4 === 0 ? FAILURES[state % FAILURES.length]! : null;
  };
  const remember = async (n: number) => {
    for (;;) {
      try {
        return await memory.remember([item(`m${n}`, textOf(n))]);
      } catch (error) {
        assert.equal((error as { code?: string }).code, "memory_unavailable");
      }
    }
  };
  await Promise.all(Array.from({ length: 200 }, (_, n) => remember(n)));
  server.failing = null;
  assert.equal((await memory.stats("acme")).items, 200);
  const { items } = await memory.list(ACME, { cursor: null, limit: 1000 });
  assert.equal(new Set(items.map(({ id }) => id)).size, 200);
});
