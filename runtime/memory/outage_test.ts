import assert from "node:assert/strict";
import { agentSchema, type PinnedAgent } from "../../actors/session/agent.ts";
import type { SessionState } from "../../actors/session/state.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { EffectHandlers } from "../engine/effect_handler.ts";
import {
  countingSkill,
  echoModel,
  sessionAddress,
  startTestNode,
  TEST_AGENT,
  type TestNode,
} from "../engine/test_node.ts";
import type { EventLog, JournalEvent } from "../journal/port.ts";
import { ModelError } from "../llm/port.ts";
import { redactText } from "../redaction.ts";
import { memoryFolder, openTestMemory } from "./embedded/test_memory.ts";
import { FakeMemory } from "./fake_memory.ts";
import { createMemoryEffects } from "./memory_effects.ts";
import type { Memory } from "./port.ts";
import { reindex } from "./reindex.ts";
import { UnsteadyMemory } from "./unsteady.ts";

/** How much faster time passes, so that the waits of minutes between tries are over soon. */
const HASTE = 100;

const haste: Clock = {
  now: () => Math.floor(systemClock.now() * HASTE),
  monotonic: () => systemClock.monotonic() * HASTE,
  sleep: (ms, signal) => systemClock.sleep(ms / HASTE, signal),
  yield: () => systemClock.yield(),
};

/** A model that remembers what each message says, then answers. */
function rememberingModel(): EffectHandlers[string] {
  const echo = echoModel();
  const run: typeof echo.run = async (effect, context) => {
    const { messages } = effect.input as { messages: { role: string; content?: string }[] };
    const answer = await echo.run(effect, context) as object;
    const last = messages.at(-1);
    if (last?.role !== "user") return answer;
    const call = { skill: "remember", input: { text: last.content ?? "" }, risk: 1 };
    return { ...answer, calls: [{ ...call, idempotent: true, problem: null }] };
  };
  return { ...echo, run, settle: run };
}

interface World extends AsyncDisposable {
  readonly started: TestNode;
}

/** A node with that memory over the journal at a path. */
async function start(path: string, memory: Memory): Promise<World> {
  let log: EventLog | null = null;
  const router = {
    call: () => Promise.reject(new ModelError("None", { kind: "status", retryable: false })),
  };
  const journal = {
    readEvents: (...args: Parameters<EventLog["readEvents"]>) => log!.readEvents(...args),
  };
  const engine: Pick<TestNode["node"], "submit"> = {
    submit: (...args) => started.node.submit(...args),
  };
  const started: TestNode = await startTestNode({
    path,
    clock: haste,
    limits: { idle_ms: 5000, effects: 16 },
    handlers: {
      model: rememberingModel(),
      compact: echoModel(),
      skill: countingSkill([]),
      ...createMemoryEffects({
        memory,
        journal,
        engine,
        router,
        dense: false,
        clock: haste,
        mask: redactText,
      }),
    },
    wrap: (opened) => log = opened,
  });
  return { started, [Symbol.asyncDispose]: () => started.stop() };
}

async function eventsOf({ started }: World, id: string): Promise<JournalEvent[]> {
  const events: JournalEvent[] = [];
  for (;;) {
    const more = await started.journal.readEvents(
      sessionAddress(id),
      events.at(-1)?.seq ?? 0,
      500,
    );
    if (more.length === 0) return events;
    events.push(...more);
  }
}

const count = (events: readonly JournalEvent[], type: string) =>
  events.filter((event) => event.type === type).length;

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; !await holds(); looks++) {
    assert.ok(looks < 3000, `Waited for a minute, wanted: ${what}`);
    await systemClock.sleep(20);
  }
}

/** One turn that remembers something. */
async function turn(world: World, session: string, n: number): Promise<void> {
  const command = {
    type: "message.send",
    message_id: `m${n}`,
    content: `Number ${n}`,
    on_busy: null,
  };
  await world.started.node.submit(sessionAddress(session), command);
}

async function create({ started }: World, session: string, agent = TEST_AGENT): Promise<void> {
  const command = { type: "session.create", agent, metadata: {} };
  await started.node.submit(sessionAddress(session), command);
}

const AUTO: PinnedAgent = {
  ...TEST_AGENT,
  spec: agentSchema.parse({ memory: { recall: { auto: true } } }),
};

/** The texts of all items in memory. */
async function textsIn(memory: Memory): Promise<string[]> {
  const page = await memory.list({ tenant: "default" }, { cursor: null, limit: 1000 });
  return page.items.map(({ text }) => text);
}

/** Has 200 turns remember something while the index comes and goes. */
async function remember200(memory: UnsteadyMemory): Promise<void> {
  const folder = await Deno.makeTempDir();
  const sessions = Array.from({ length: 10 }, (_, i) => `ses_${i}`);
  await using world = await start(`${folder}/journal.db`, memory);
  // Half of them also look into memory first.
  for (const [i, id] of sessions.entries()) await create(world, id, i % 2 ? AUTO : TEST_AGENT);
  const all = async () => (await Promise.all(sessions.map((id) => eventsOf(world, id)))).flat();
  const turns = async () => count(await all(), "turn.completed");
  const send = (from: number, to: number) =>
    Promise.all(
      Array.from({ length: to - from }, (_, i) =>
        turn(world, sessions[(from + i) % sessions.length]!, from + i)),
    );
  memory.losesAnswer = true;
  await send(0, 70);
  await until("70 turns are over", async () => await turns() === 70);
  await until("an answer was lost", () => !memory.losesAnswer);
  memory.away = "Index is down";
  await send(70, 140);
  await until("turns go on while the index is away", async () => await turns() === 140);
  // So long that sessions give up for now, and leave memory.
  await until(
    "a session waits for a better time",
    async () => count(await all(), "memory.deferred") > 0,
  );
  await send(140, 200);
  await until("200 turns are over", async () => await turns() === 200);
  assert.ok(memory.given < 200);
  memory.away = null;
  await until(
    "each session knows that memory has it",
    async () => count(await all(), "memory.written") === 200,
  );
  const texts = await textsIn(memory);
  assert.deepEqual([texts.length, new Set(texts).size], [200, 200]);
  // The one whose answer was lost was given twice.
  assert.equal(memory.given, 201);
  const events = await all();
  assert.deepEqual(outcomesIn(events), { stored: 199, known: 1 });
  assert.equal(count(events, "turn.failed"), 0);
  const recalled = events.filter(({ type }) => type === "memory.recalled");
  const gone = recalled.filter(({ payload }) => (payload as { unavailable: unknown }).unavailable);
  assert.equal(recalled.length, 100);
  assert.ok(gone.length > 0 && gone.length < 100);
  await Deno.remove(folder, { recursive: true });
}

function outcomesIn(events: readonly JournalEvent[]): Record<string, number> {
  const outcomes = events.filter(({ type }) => type === "memory.written")
    .flatMap(({ payload }) => (payload as { outcomes: { outcome: string }[] }).outcomes);
  const groups = Object.entries(Object.groupBy(outcomes, ({ outcome }) => outcome));
  return Object.fromEntries(groups.map(([outcome, all]) => [outcome, all?.length ?? 0]));
}

const NAME_200 = "200 turns that remember something, the index away in the middle and an answer " +
  "lost: 200 items, none twice, no turn failed";

Deno.test(`${NAME_200} (a fake index)`, async () => {
  await remember200(new UnsteadyMemory(new FakeMemory()));
});

Deno.test(`${NAME_200} (the embedded index)`, async () => {
  await using folder = await memoryFolder();
  await using index = await openTestMemory(folder.path, { clock: haste });
  await remember200(new UnsteadyMemory(index));
});

Deno.test("What a session noted before a crash, memory has after it, once; and from the journal again", async () => {
  const folder = await Deno.makeTempDir();
  const memory = new FakeMemory();
  memory.away = "Index is down";
  {
    await using before = await start(`${folder}/journal.db`, memory);
    await create(before, "ses_1");
    for (let n = 0; n < 5; n++) await turn(before, "ses_1", n);
    await until(
      "the turns are over",
      async () => count(await eventsOf(before, "ses_1"), "turn.completed") === 5,
    );
  }
  memory.away = null;
  await using after = await start(`${folder}/journal.db`, memory);
  await until("5 items are in the index", () => memory.items.length === 5);
  await until(
    "the session knows it",
    async () => count(await eventsOf(after, "ses_1"), "memory.written") === 5,
  );
  assert.equal(memory.written.length, 5);

  const empty = new FakeMemory();
  const { journal } = after.started;
  const { signal } = new AbortController();
  const options = { journal, memory: empty, tenant: "default", whole: true, signal };
  const progress = await Array.fromAsync(reindex(options));
  assert.deepEqual(empty.items.map(({ id }) => id), memory.items.map(({ id }) => id));
  assert.deepEqual(progress.at(-1), { sessions: 1, sessions_total: 1, items: 5, items_total: 5 });

  const close = { type: "session.close", reason: null, forget: true };
  await after.started.node.submit(sessionAddress("ses_1"), close);
  await until("memory has forgotten them", () => memory.items.length === 0);
  await until("the session rests", async () => {
    const found = await after.started.node.inspect(sessionAddress("ses_1"), null);
    return (found?.state as SessionState).memory.unwritten.length === 0;
  });
  await Array.fromAsync(reindex(options));
  assert.deepEqual(empty.items, []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("What one session forgets of another one's stays forgotten when the first is gone", async () => {
  const folder = await Deno.makeTempDir();
  const memory = new FakeMemory();
  await using world = await start(`${folder}/journal.db`, memory);
  const { node, journal } = world.started;
  await create(world, "ses_noting");
  await create(world, "ses_forgetting");
  await turn(world, "ses_noting", 1);
  await until("the item is in the index", () => memory.items.length === 1);
  const ids = memory.items.map(({ id }) => id);
  const forget = { type: "memory.forget", ids, by: "ada" };
  await node.submit(sessionAddress("ses_forgetting"), forget);
  for (const [session, written] of [["ses_noting", 2], ["ses_forgetting", 1]] as const) {
    await until(`${session} knows that it is forgotten`, async () => {
      const events = await eventsOf(world, session);
      return count(events, "memory.forgetting") === 1 &&
        count(events, "memory.written") === written;
    });
  }
  assert.deepEqual(memory.items, []);
  const without: typeof journal.list = async (...args) => {
    const page = await journal.list(...args);
    return { ...page, items: page.items.filter(({ address }) => address.id === "ses_noting") };
  };
  const readEvents: typeof journal.readEvents = (...args) => journal.readEvents(...args);
  const { signal } = new AbortController();
  const options = { journal: { list: without, readEvents }, memory, tenant: "default", signal };
  const progress = await Array.fromAsync(reindex({ ...options, whole: true }));
  assert.equal(progress.at(-1)?.sessions, 1);
  assert.deepEqual(memory.items, []);
  await Deno.remove(folder, { recursive: true });
});
