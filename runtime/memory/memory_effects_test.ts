import assert from "node:assert/strict";
import type { Effect, Json } from "../../actors/behavior.ts";
import type { RecallWork } from "../../actors/session/memory_request.ts";
import { SynapseError } from "../errors.ts";
import { type JournalEvent, JournalUnavailable } from "../journal/port.ts";
import { ModelError } from "../llm/port.ts";
import type { ModelResult } from "../llm/router.ts";
import { redactText } from "../redaction.ts";
import { ManualClock } from "../manual_clock.ts";
import { EXTRACT_PROMPT } from "./extraction.ts";
import { FakeMemory } from "./fake_memory.ts";
import { createMemoryEffects, type MemoryEffectOptions } from "./memory_effects.ts";
import type { MemoryItem } from "./port.ts";

const ADDRESS = { tenant: "acme", type: "session", id: "ses_1" };

const context = (signal = new AbortController().signal) => ({
  address: ADDRESS,
  signal,
  delta: () => {},
  reset: () => {},
});

const WORK: RecallWork = {
  call_id: "recall_3",
  query: "tea",
  owner: "bot",
  k: 5,
  kinds: null,
  min_score: null,
};

const item = (id: string, text: string, more: Partial<MemoryItem> = {}): MemoryItem => ({
  id,
  tenant: "acme",
  agent: "bot",
  session: "ses_1",
  kind: "fact",
  text,
  at: 5,
  ...more,
});

const effect = (kind: string, input: object): Effect => ({ id: "e", kind, policy: "retry", input });

/** Handlers over a fake memory, and a journal with those events. */
function handlers(more: Partial<MemoryEffectOptions> = {}, events: JournalEvent[] = []) {
  const memory = new FakeMemory();
  const clock = new ManualClock();
  const journal = {
    readEvents: (_address: unknown, after: number, limit: number) =>
      Promise.resolve(events.filter(({ seq }) => seq > after).slice(0, limit)),
  };
  const router = { call: () => Promise.reject(new ModelError("No model", NO_ANSWER)) };
  const engine = { submit: () => Promise.reject(new SynapseError("draining", "Nobody to tell")) };
  const mask = redactText;
  const options = { memory, clock, journal, engine, router, dense: false, mask, ...more };
  return { memory, clock, ...createMemoryEffects(options) };
}

const NO_ANSWER = { kind: "status", retryable: false } as const;

const event = (seq: number, type: string, payload: Json): JournalEvent => ({
  seq,
  type,
  v: 1,
  payload,
  cause: "cmd_1",
  at: 1000 + seq,
  hash: "",
});

const NOTED = {
  call_id: "call_1_0",
  source: "skill",
  owner: "bot",
  items: [{ id: "mem_1", kind: "fact", text: "Ada drinks tea" }],
  usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0 },
  error: null,
};

/** Lets time pass until the work has ended. */
async function ended<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let over = false;
  const settled = work.finally(() => over = true);
  settled.catch(() => {});
  for (let turns = 0; !over && turns < 10_000; turns++) await clock.advance(100);
  return await settled;
}

Deno.test("memory_recall finds what the tenant and owner know, best first, above the score wanted", async () => {
  const { memory, memory_recall } = handlers();
  await memory.remember([
    item("a", "Ada drinks green tea"),
    item("b", "green tea", { agent: "other" }),
    item("c", "green tea", { tenant: "globex" }),
    item("d", "tea"),
  ]);
  const work = { ...WORK, query: "green tea", kinds: ["fact"] as const };
  assert.deepEqual(await memory_recall.run(effect("memory_recall", work), context()), {
    type: "memory.found",
    call_id: "recall_3",
    items: [
      { id: "a", kind: "fact", text: "Ada drinks green tea", at: 5, score: 2 },
      { id: "d", kind: "fact", text: "tea", at: 5, score: 1 },
    ],
    mode: "lexical",
    unavailable: null,
  });
  const above = await memory_recall.run(effect("", { ...work, min_score: 2 }), context());
  assert.deepEqual((above as { items: { id: string }[] }).items.map(({ id }) => id), ["a"]);
});

Deno.test("memory_recall says that memory is away, hangs, or does not exist, and ends in time", async () => {
  const unavailable = async (found: unknown) =>
    (await found as { unavailable: unknown }).unavailable;
  const away = handlers();
  away.memory.away = "Index is down";
  assert.deepEqual(await unavailable(away.memory_recall.run(effect("", WORK), context())), {
    code: "memory_unavailable",
    message: "Index is down",
  });
  const slow = handlers();
  const { promise, resolve } = Promise.withResolvers<void>();
  slow.memory.gate = promise;
  const began = slow.clock.monotonic();
  const late = slow.memory_recall.run(effect("", WORK), context());
  assert.deepEqual(await unavailable(ended(slow.clock, late)), {
    code: "memory_unavailable",
    message: "Memory took longer than 2000 ms",
  });
  assert.ok(slow.clock.monotonic() - began <= 2500);
  resolve();
  const none = handlers({ memory: null });
  assert.deepEqual(await unavailable(none.memory_recall.run(effect("", WORK), context())), {
    code: "memory_unavailable",
    message: "There is no memory here",
  });
});

Deno.test("memory_recall goes by words when it cannot go by meaning", async () => {
  const { memory, memory_recall } = handlers({ dense: true });
  await memory.remember([item("a", "tea")]);
  const mode = async () =>
    (await memory_recall.run(effect("", WORK), context()) as { mode: string }).mode;
  assert.equal(await mode(), "hybrid");
  memory.meaningAway = true;
  assert.equal(await mode(), "lexical");
  assert.deepEqual(memory.queries.map((query) => query.mode), [undefined, undefined, "lexical"]);
});

Deno.test("memory_write has memory take what the journal says was noted, with its time", async () => {
  const { memory, memory_write } = handlers({}, [event(7, "memory.noted", NOTED)]);
  const run = () => memory_write.run(effect("memory_write", { seq: 7 }), context());
  const settled = (outcome: string) => ({
    type: "memory.settle",
    of: 7,
    outcomes: [{ id: "mem_1", outcome, into: "mem_1" }],
    forgotten: 0,
    refused: null,
  });
  assert.deepEqual(await run(), settled("stored"));
  assert.deepEqual(memory.items, [item("mem_1", "Ada drinks tea", { at: 1007 })]);
  assert.deepEqual(await run(), settled("known"));
});

Deno.test("memory_write forgets by id what the owner knows, or all that the session noted, up to then", async () => {
  const forgetting = (ids: string[] | null, owner: string | null) => ({ ids, owner, by: "ada" });
  const { memory, memory_write } = handlers({}, [
    event(1, "memory.forgetting", forgetting(["a", "b", "late"], "bot")),
    event(2, "memory.forgetting", forgetting(null, null)),
  ]);
  await memory.remember([
    item("a", "one"),
    item("b", "two", { agent: "other" }),
    item("c", "three"),
    item("d", "four", { session: "ses_2" }),
    item("late", "five", { at: 5000 }),
  ]);
  const forgotten = async (seq: number) =>
    (await memory_write.run(effect("", { seq }), context()) as { forgotten: number }).forgotten;
  assert.equal(await forgotten(1), 1);
  assert.deepEqual(memory.items.map(({ id }) => id), ["b", "c", "d", "late"]);
  assert.equal(await forgotten(2), 2);
  assert.deepEqual(memory.items.map(({ id }) => id), ["d", "late"]);
});

Deno.test("memory_write tries for some seconds, then says that memory is away", async () => {
  const { memory, clock, memory_write } = handlers({}, [event(7, "memory.noted", NOTED)]);
  memory.away = "Index is down";
  const first = memory_write.run(effect("", { seq: 7 }), context());
  await clock.advance(600);
  memory.away = null;
  const { type } = await ended(clock, first) as { type: string };
  assert.equal(type, "memory.settle");
  memory.away = "Index is down";
  const second = memory_write.run(effect("", { seq: 7 }), context());
  assert.deepEqual(await ended(clock, second), {
    type: "memory.defer",
    of: 7,
    error: { code: "memory_unavailable", message: "Index is down" },
  });
  assert.equal(memory.written.length, 1);
});

Deno.test("memory_write gives up what memory refuses for good, and waits for a journal that is away", async () => {
  let asked = 0;
  const { memory, clock, memory_write } = handlers({
    journal: {
      readEvents: () =>
        asked++ === 0
          ? Promise.reject(new JournalUnavailable("Away", { rolled_back: true }))
          : Promise.resolve([event(7, "memory.noted", NOTED)]),
    },
  });
  memory.failure = new SynapseError("invalid_request", "Text is too long");
  const end = await ended(clock, memory_write.run(effect("", { seq: 7 }), context()));
  assert.deepEqual((end as { refused: unknown }).refused, {
    code: "invalid_request",
    message: "Text is too long",
  });
  assert.equal(asked, 2);
  const none = handlers({ memory: null });
  const deferred = await none.memory_write.run(effect("", { seq: 7 }), context());
  assert.equal((deferred as { type: string }).type, "memory.defer");
});

Deno.test("memory_extract asks a model, and ends with items, or with why there are none", async () => {
  const asked: unknown[] = [];
  const text = '{"kind":"preference","text":"Ada likes tea"}\nnothing else';
  const result = {
    answer: { text, input_tokens: 20, output_tokens: 4 },
    cost_usd: 0.5,
  } as ModelResult;
  const router = {
    call: (request: unknown) => {
      asked.push(request);
      return Promise.resolve(result);
    },
  };
  const input = { call_id: "extract_9", conversation: "user: tea", model: "demo", fallbacks: [] };
  const run = (handlers: ReturnType<typeof createMemoryEffects>) =>
    handlers.memory_extract.run(effect("memory_extract", input), context());
  assert.deepEqual(await run(handlers({ router })), {
    type: "memory.extract",
    call_id: "extract_9",
    items: [{ kind: "preference", text: "Ada likes tea" }],
    usage: { input_tokens: 20, output_tokens: 4, cost_usd: 0.5 },
    error: null,
  });
  const { system, messages } = asked[0] as { system: string; messages: unknown };
  assert.equal(system, EXTRACT_PROMPT);
  assert.deepEqual(messages, [{ role: "user", content: "Conversation:\nuser: tea" }]);
  const failed = await run(handlers()) as { items: unknown[]; error: { code: string } };
  assert.deepEqual([failed.items, failed.error.code], [[], "model_failed"]);
  await run(handlers({ router, memory: null }));
  assert.equal(asked.length, 1);
});

Deno.test("failed() ends each effect so that its session goes on", () => {
  const { memory_recall, memory_write, memory_extract } = handlers();
  const type = (command: unknown) => (command as { type: string }).type;
  const defect = new TypeError("Broken");
  assert.equal(type(memory_recall.failed(effect("", WORK), defect)), "memory.found");
  assert.equal(type(memory_write.failed(effect("", { seq: 7 }), defect)), "memory.defer");
  assert.equal(type(memory_extract.failed(effect("", WORK), defect)), "memory.extract");
});
