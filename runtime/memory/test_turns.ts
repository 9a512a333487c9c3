/**
 * For tests: sessions whose turns remember something, on a node with any memory, and 200 of them while
 * that comes and goes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { agentSchema, type PinnedAgent } from "../../actors/session/agent.ts";
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
import { createMemoryEffects } from "./memory_effects.ts";
import type { Memory } from "./port.ts";
import type { UnsteadyMemory } from "./unsteady.ts";

/** A clock that goes so many times faster, so that waits of minutes between tries are over soon. */
export function hasty(times: number): Clock {
  return {
    now: () => Math.floor(systemClock.now() * times),
    monotonic: () => systemClock.monotonic() * times,
    sleep: (ms, signal) => systemClock.sleep(ms / times, signal),
    yield: () => systemClock.yield(),
  };
}

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

/** A node under test. */
export interface World extends AsyncDisposable {
  readonly started: TestNode;
}

/** A node with that memory over the journal at a path. */
export async function startWorld(path: string, memory: Memory, clock: Clock): Promise<World> {
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
    clock,
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
        clock,
        mask: redactText,
      }),
    },
    wrap: (opened) => log = opened,
  });
  return { started, [Symbol.asyncDispose]: () => started.stop() };
}

/** All events of a session. */
export async function eventsOf({ started }: World, id: string): Promise<JournalEvent[]> {
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

/** How many events of a type there are. */
export const count = (events: readonly JournalEvent[], type: string) =>
  events.filter((event) => event.type === type).length;

/** Waits up to a minute for something. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; !await holds(); looks++) {
    assert.ok(looks < 3000, `Waited for a minute, wanted: ${what}`);
    await systemClock.sleep(20);
  }
}

/** Begins a turn that remembers something. */
export async function turn(world: World, session: string, n: number): Promise<void> {
  const command = {
    type: "message.send",
    message_id: `m${n}`,
    content: `Number ${n}`,
    on_busy: null,
  };
  await world.started.node.submit(sessionAddress(session), command);
}

/** Creates a session. */
export async function createSession(
  { started }: World,
  session: string,
  agent = TEST_AGENT,
): Promise<void> {
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

/** An index that comes and goes. */
export interface Outage {
  readonly memory: UnsteadyMemory;
  readonly clock: Clock;
  /** The index goes away. */
  begin(): Promise<void>;
  /** It is back, with all that it had. */
  end(): Promise<void>;
}

/**
 * Has 200 turns remember something, while an answer of the index is lost and it goes away in the
 * middle. Sees to it that no turn fails or waits, and that in the end there are 200 items, none twice.
 *
 * @returns how many items had which outcome
 */
export async function remember200(
  { memory, clock, begin, end }: Outage,
): Promise<Readonly<Record<string, number>>> {
  const folder = await Deno.makeTempDir();
  const sessions = Array.from({ length: 10 }, (_, i) => `ses_${i}`);
  await using world = await startWorld(`${folder}/journal.db`, memory, clock);
  // Half of them also look into memory first.
  for (const [i, id] of sessions.entries()) {
    await createSession(world, id, i % 2 ? AUTO : TEST_AGENT);
  }
  const all = async () => (await Promise.all(sessions.map((id) => eventsOf(world, id)))).flat();
  const number = async (type: string) => count(await all(), type);
  const send = (from: number, to: number) =>
    Promise.all(
      Array.from({ length: to - from }, (_, i) =>
        turn(world, sessions[(from + i) % sessions.length]!, from + i)),
    );
  memory.losesAnswer = true;
  await send(0, 70);
  await until("70 turns are over", async () => await number("turn.completed") === 70);
  await until("an answer was lost", () => !memory.losesAnswer);
  await Promise.all([send(70, 90), begin(), send(90, 140)]);
  await until(
    "turns go on while the index is away",
    async () => await number("turn.completed") === 140,
  );
  // So long that sessions give up for now, and leave memory.
  await until(
    "a session waits for a better time",
    async () => await number("memory.deferred") > 0,
  );
  await send(140, 200);
  await until("200 turns are over", async () => await number("turn.completed") === 200);
  assert.ok(memory.given < 200);
  await end();
  await until(
    "each session knows that memory has it",
    async () => await number("memory.written") === 200,
  );
  const texts = await textsIn(memory);
  assert.deepEqual([texts.length, new Set(texts).size], [200, 200]);
  const events = await all();
  assert.equal(count(events, "turn.failed"), 0);
  const recalled = events.filter(({ type }) => type === "memory.recalled");
  const gone = recalled.filter(({ payload }) => (payload as { unavailable: unknown }).unavailable);
  assert.equal(recalled.length, 100);
  assert.ok(gone.length > 0 && gone.length < 100);
  await Deno.remove(folder, { recursive: true });
  return outcomesIn(events);
}

function outcomesIn(events: readonly JournalEvent[]): Record<string, number> {
  const outcomes = events.filter(({ type }) => type === "memory.written")
    .flatMap(({ payload }) => (payload as { outcomes: { outcome: string }[] }).outcomes);
  const groups = Object.entries(Object.groupBy(outcomes, ({ outcome }) => outcome));
  return Object.fromEntries(groups.map(([outcome, all]) => [outcome, all?.length ?? 0]));
}
