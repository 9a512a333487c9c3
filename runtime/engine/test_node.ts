/**
 * A node for tests: a real engine and journal, with a model and skills that the test scripts.
 *
 * @module
 */
import assert from "node:assert/strict";
import { session } from "../../actors/session/behavior.ts";
import type { PinnedAgent } from "../../actors/session/agent.ts";
import { agentSchema } from "../../actors/session/agent.ts";
import type { Address, Effect } from "../../actors/behavior.ts";
import type { SessionLimits } from "../../actors/session/draft.ts";
import { type Clock, systemClock } from "../clock.ts";
import { systemEntropy } from "../entropy.ts";
import type { Journal } from "../journal/port.ts";
import { openSqliteJournal } from "../journal/sqlite/open.ts";
import { DEFAULT_LIMITS, type Limits } from "../limits.ts";
import { createLocalStreams } from "../streams/local.ts";
import type { LiveEvents } from "../streams/port.ts";
import type { Metrics } from "../telemetry/port.ts";
import { silentLogger, silentMetrics } from "../telemetry/silent.ts";
import type { EffectContext, EffectHandlers } from "./effect_handler.ts";
import { Node } from "./node.ts";
import type { AnyBehavior } from "./step.ts";

/** What a test may choose. */
export interface TestNodeOptions {
  readonly path: string;
  readonly handlers?: EffectHandlers;
  readonly behavior?: AnyBehavior;
  readonly limits?: Partial<Limits>;
  readonly clock?: Clock;
  readonly pragmas?: readonly string[];
  readonly metrics?: Partial<Metrics>;
  /** Stands between the engine and the journal. */
  readonly wrap?: (journal: Journal) => Journal;
}

/** A running node, and what it is made of. */
export interface TestNode extends AsyncDisposable {
  readonly node: Node;
  readonly journal: Journal;
  readonly live: LiveEvents;
  stop(): Promise<void>;
}

/** The limits of a session's rules, as the configuration has them. */
export const SESSION_LIMITS: SessionLimits = {
  ...DEFAULT_LIMITS,
  require_approval_for_risk: 3,
};

/** An agent with nothing special about it. */
export const TEST_AGENT: PinnedAgent = {
  name: "assistant",
  version: 1,
  spec: agentSchema.parse({}),
};

/** Starts a node. */
export async function startTestNode(options: TestNodeOptions): Promise<TestNode> {
  const clock = options.clock ?? systemClock;
  const limits = { ...DEFAULT_LIMITS, drain_ms: 0, ...options.limits };
  const opened = await openSqliteJournal({
    path: options.path,
    synchronous: "normal",
    partitions: 8,
    clock,
    pragmas: options.pragmas ?? [],
  });
  const journal = options.wrap?.(opened) ?? opened;
  const streams = createLocalStreams({ clock, limits, alone: true });
  const { live } = streams;
  const behavior = options.behavior ?? session as AnyBehavior;
  const node = new Node({
    journal,
    streams,
    handlers: options.handlers ??
      { model: echoModel(), skill: countingSkill([]), compact: echoModel() },
    clock,
    entropy: systemEntropy,
    limits,
    metrics: { ...silentMetrics, ...options.metrics },
    log: silentLogger,
    onCommit: () => {},
    identity: { id: "test", incarnation: "inc_1", version: "0.0.0", protocol_version: "1.0" },
    cluster: { lease_ms: 3000, heartbeat_ms: 1000, weight: 1, labels: {} },
    types: { [behavior.type]: { behavior, limits: SESSION_LIMITS, outgoing: false } },
  });
  await node.start();
  let stopped: Promise<void> | null = null;
  const stop = () => stopped ??= node.stop().then(() => live.close()).then(() => journal.close());
  return { node, journal, live, stop, [Symbol.asyncDispose]: stop };
}

/** The address of a test's session. */
export function sessionAddress(id: string): Address {
  return { tenant: "default", type: "session", id };
}

/** What a scripted model answers. */
export interface ScriptedAnswer {
  readonly text: string;
  readonly calls?: readonly {
    readonly skill: string;
    readonly input: unknown;
    readonly risk?: number;
    readonly idempotent?: boolean;
  }[];
}

/** A model that answers by a script: one answer for each call, in order; after that it says `done`. */
export function scriptedModel(answers: readonly ScriptedAnswer[]): EffectHandlers[string] {
  let next = 0;
  const run = (effect: Effect, context: EffectContext) => {
    const answer = answers[next++] ?? { text: "done" };
    context.delta(answer.text);
    const calls = (answer.calls ?? []).map((call) => ({
      risk: 0,
      idempotent: true,
      problem: null,
      ...call,
    }));
    return Promise.resolve({
      type: "llm.complete",
      call_id: effect.id,
      text: answer.text,
      calls,
      provider: "scripted",
      model: "scripted-1",
      finish_reason: calls.length > 0 ? "tool_calls" : "stop",
      usage: { input_tokens: 1, output_tokens: 1, cost_usd: 0 },
      attempts: 1,
    });
  };
  const failed = (effect: Effect, error: unknown) => ({
    type: "llm.fail",
    call_id: effect.id,
    error: { code: "internal", message: String(error) },
    attempts: 1,
  });
  return { run, settle: run, failed };
}

/** A model that always says `done`. */
export function echoModel(): EffectHandlers[string] {
  return scriptedModel([]);
}

/** A skill that notes the key of each run in `runs` and answers `ok`. It knows nothing of earlier calls. */
export function countingSkill(runs: string[]): EffectHandlers[string] {
  const call_id = (effect: Effect) => (effect.input as { call_id: string }).call_id;
  return {
    run: (effect) => {
      runs.push((effect.input as { key: string }).key);
      return Promise.resolve({
        type: "skill.complete",
        call_id: call_id(effect),
        output: "ok",
        via: "run",
        ms: 1,
      });
    },
    settle: (effect) => Promise.resolve({ type: "skill.interrupt", call_id: call_id(effect) }),
    failed: (effect, error) => ({
      type: "skill.fail",
      call_id: call_id(effect),
      error: { code: "internal", message: String(error) },
      ms: 0,
    }),
  };
}

/** Resolves when the session's status is one of those. */
export async function untilStatus(
  journal: Journal,
  id: string,
  ...wanted: string[]
): Promise<string> {
  for (let i = 0; i < 1000; i++) {
    const record = await journal.find(sessionAddress(id));
    if (record && wanted.includes(record.summary.status)) return record.summary.status;
    await systemClock.sleep(5);
  }
  return assert.fail(`Session ${id} did not come to be ${wanted.join(" or ")}`);
}
