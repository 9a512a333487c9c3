import assert from "node:assert/strict";
import type { Json } from "../../actors/behavior.ts";
import { systemClock } from "../clock.ts";
import type { Answer } from "../engine/port.ts";
import { type ErrorCode, SynapseError } from "../errors.ts";
import type { JournalEvent } from "../journal/port.ts";
import { ManualClock } from "../manual_clock.ts";
import { redactText } from "../redaction.ts";
import { openTestMemory } from "./embedded/test_memory.ts";
import { FakeMemory } from "./fake_memory.ts";
import type { Memory, MemoryItem } from "./port.ts";
import { takeNoted, type TakeOptions } from "./take_noted.ts";

const item = (id: string, session: string, more: Partial<MemoryItem> = {}): MemoryItem => ({
  id,
  tenant: "acme",
  agent: "bot",
  session,
  kind: "fact",
  text: `Text of ${id}`,
  at: 5,
  ...more,
});

const noted = (id: string): Happened => ["memory.noted", {
  call_id: "call_1_0",
  source: "skill",
  owner: "bot",
  items: [{ id, kind: "fact", text: `Text of ${id}` }],
  usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0 },
  error: null,
}];

const merged = (of: number, id: string, into: string): Happened => [
  "memory.written",
  { of, outcomes: [{ id, outcome: "merged", into }], forgotten: 0, refused: null },
];

const forgot = (ids: string[] | null, owner: string | null = "bot"): Happened => [
  "memory.forgetting",
  { ids, owner, by: "the agent" },
];

type Happened = readonly [type: string, payload: Json];

/** Session `ses_1`, in whose journal these events are; what it has other sessions told is recorded. */
function sessionOf(events: readonly Happened[], memory: Memory, answer: () => Promise<Answer>) {
  const clock = new ManualClock();
  const told: { session: string; command: unknown; sender: string | undefined }[] = [];
  const journal: TakeOptions["journal"] = {
    readEvents: (_address, after, limit) =>
      Promise.resolve(
        events.map(([type, payload], i): JournalEvent => ({
          seq: i + 1,
          type,
          v: 1,
          payload,
          cause: "cmd_1",
          at: 1000 + i,
          hash: "",
        })).slice(after, after + limit),
      ),
  };
  const engine: TakeOptions["engine"] = {
    submit: async ({ id }, command, options) => {
      const reply = await answer();
      told.push({ session: id, command, sender: options?.sender });
      return reply;
    },
  };
  const context = {
    address: { tenant: "acme", type: "session", id: "ses_1" },
    signal: new AbortController().signal,
    delta: () => {},
    reset: () => {},
  };
  const options = { memory, journal, engine, clock, mask: redactText };
  const take = async (seq: number) => {
    let over = false;
    const work = takeNoted({ seq }, context, options).finally(() => over = true);
    work.catch(() => {});
    for (let turns = 0; !over && turns < 10_000; turns++) await clock.advance(100);
    return await work;
  };
  return { take, told };
}

const TAKEN: Answer = { reply: null, repeated: false };
const taken = () => Promise.resolve(TAKEN);
const refused = (code: string) => (): Promise<Answer> =>
  Promise.resolve({ reject: { code, message: `It says ${code}` } });

Deno.test("takeNoted() forgets what a note was merged into, and not what later notes were", async () => {
  const memory = new FakeMemory();
  await memory.remember(["a", "b", "c"].map((id) => item(id, "ses_1")));
  const { take } = sessionOf(
    [noted("x"), merged(1, "x", "a"), forgot(["x"]), noted("x"), merged(4, "x", "b")],
    memory,
    taken,
  );
  assert.deepEqual(await take(3), {
    type: "memory.settle",
    of: 3,
    outcomes: [],
    forgotten: 1,
    refused: null,
  });
  assert.deepEqual(memory.items.map(({ id }) => id), ["b", "c"]);
});

Deno.test("takeNoted() tells the sessions whose items it has forgotten, before they are", async () => {
  const memory = new FakeMemory();
  await memory.remember([
    item("own", "ses_1"),
    item("a", "ses_2"),
    item("b", "ses_2"),
    item("c", "ses_3"),
    item("d", "ses_4", { agent: "other" }),
    item("e", "ses_4", { at: 5000 }),
  ]);
  let there = 0;
  const { take, told } = sessionOf([forgot(["own", "a", "b", "c", "d", "e"])], memory, () => {
    there = memory.items.length;
    return taken();
  });
  await take(1);
  const command = (...ids: string[]) => ({ type: "memory.forget", ids, by: "session/ses_1" });
  assert.deepEqual(told, [
    { session: "ses_2", command: command("a", "b"), sender: "session/ses_1" },
    { session: "ses_3", command: command("c"), sender: "session/ses_1" },
  ]);
  assert.equal(there, 6);
  assert.deepEqual(memory.items.map(({ id }) => id), ["d", "e"]);
});

Deno.test("takeNoted() that forgets all of its session tells nobody", async () => {
  const memory = new FakeMemory();
  await memory.remember([item("own", "ses_1"), item("a", "ses_2")]);
  const { take, told } = sessionOf([forgot(null, null)], memory, taken);
  await take(1);
  assert.deepEqual([told, memory.items.map(({ id }) => id)], [[], ["a"]]);
});

Deno.test("takeNoted() waits for a session that cannot be told now, and for no other", async () => {
  const failure = (code: ErrorCode) => () => Promise.reject(new SynapseError(code, "Not told"));
  const cases = [
    [refused("memory_full"), "memory.defer"],
    [failure("draining"), "memory.defer"],
    [refused("session_not_found"), "memory.settle"],
    [failure("journal_corrupt"), "memory.settle"],
    [failure("command_poisoned"), "memory.settle"],
  ] as const;
  for (const [answer, wanted] of cases) {
    const memory = new FakeMemory();
    await memory.remember([item("a", "ses_2")]);
    const { take } = sessionOf([forgot(["a"])], memory, answer);
    assert.equal((await take(1)).type, wanted);
    assert.equal(memory.items.length, wanted === "memory.defer" ? 1 : 0);
  }
});

Deno.test("takeNoted() that gave up a try leaves nothing of it for later", async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  let calls = 0;
  const embedder = {
    model: "slow",
    dimensions: 2,
    embed: async (texts: readonly string[]) => {
      calls += 1;
      if (calls === 1) await gate;
      return texts.map(() => new Float32Array([1, 0]));
    },
  };
  await using memory = await openTestMemory(":memory:", { embedder });
  const { take } = sessionOf([noted("a"), forgot(null, null)], memory, taken);
  assert.equal((await take(1)).type, "memory.settle");
  assert.equal((await take(2)).type, "memory.settle");
  open();
  // Time for whatever the first try would still do.
  for (let turns = 0; turns < 100; turns++) await systemClock.yield();
  assert.equal(calls, 2);
  assert.equal((await memory.stats("acme")).items, 0);
});
