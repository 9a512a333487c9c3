/**
 * The world that effects reach: models, skills and jobs, slow and failing by the seed. It writes down
 * each start, since that is what the promises are about.
 *
 * @module
 */
import type { Address, Effect } from "../../actors/behavior.ts";
import type { EffectContext, EffectHandler, EffectHandlers } from "../engine/effect_handler.ts";
import type { LedgerCommand } from "../engine/ledger_actor.ts";
import { addressKey } from "../engine/placement.ts";
import { SynapseError } from "../errors.ts";
import type { Weather } from "./faults.ts";
import type { Process } from "./process.ts";
import type { SeededRandom } from "./seeded_random.ts";
import type { Trace } from "./trace.ts";

/** That an effect was started. */
export interface EffectStart {
  readonly address: Address;
  readonly id: string;
  readonly policy: Effect["policy"];
  /** Which process did it. */
  readonly by: string;
  /** How many parts were committed then. */
  readonly commits: number;
  /** When, in simulated milliseconds. */
  readonly at: number;
}

/** What the world of effects needs. */
export interface EffectWorldOptions {
  readonly weather: Weather;
  readonly trace: Trace;
  readonly random: SeededRandom;
  readonly commits: () => number;
  /** Simulated milliseconds since the start. */
  readonly now: () => number;
}

/** The skills that a model calls, with what the catalogue would know of them. */
const SKILLS = [
  { skill: "look", risk: 0, idempotent: true },
  { skill: "pay", risk: 0, idempotent: false },
  { skill: "wire", risk: 4, idempotent: false },
];

/** What effects do. */
export class EffectWorld {
  readonly starts: EffectStart[] = [];
  readonly #options: EffectWorldOptions;

  constructor(options: EffectWorldOptions) {
    this.#options = options;
  }

  /** The handlers of one process. */
  handlers(process: Process): EffectHandlers {
    return {
      job: this.#handler(process, {
        run: (effect, fails) => ended(effect, fails ? "failed" : "ran"),
        settle: (effect) => ended(effect, "unknown"),
        failed: (effect) => ended(effect, "threw"),
      }),
      model: this.#handler(process, {
        run: (effect, fails) => fails ? modelFailed(effect) : this.#answered(effect),
        settle: modelFailed,
        failed: modelFailed,
      }),
      skill: this.#handler(process, {
        run: (effect, fails) => fails ? skillFailed(effect) : skillDone(effect),
        settle: (effect) => ({ type: "skill.interrupt", call_id: callOf(effect) }),
        failed: skillFailed,
      }),
    };
  }

  #handler(process: Process, ends: Ends): EffectHandler {
    const { weather, trace, random, commits, now } = this.#options;
    return {
      run: async (effect: Effect, { address, signal, delta }: EffectContext) => {
        const { ms, fails } = weather.effect();
        const { id, policy } = effect;
        const by = process.incarnation;
        this.starts.push({ address, id, policy, by, commits: commits(), at: now() });
        trace.note(by, `starts ${policy} effect ${id} of ${addressKey(address)}`);
        delta("a piece of an answer");
        await process.clock.sleep(ms, signal);
        if (fails && random.chance(0.3)) {
          throw new SynapseError(
            "model_failed",
            "Effect failed in a way that its handler did not expect",
          );
        }
        return ends.run(effect, fails);
      },
      settle: async (effect, { address, signal }) => {
        trace.note(process.incarnation, `settles effect ${effect.id} of ${addressKey(address)}`);
        await process.clock.sleep(weather.effect().ms, signal);
        return ends.settle(effect);
      },
      failed: ends.failed,
    };
  }

  #answered(effect: Effect): unknown {
    const { random } = this.#options;
    const calls = random.chance(0.4)
      ? Array.from({ length: random.integer(1, 2) }, () => ({
        ...random.pick(SKILLS),
        input: {},
        problem: null,
      }))
      : [];
    return {
      type: "llm.complete",
      call_id: callOf(effect),
      text: "so be it",
      calls,
      provider: "simulated",
      model: "simulated-1",
      finish_reason: calls.length > 0 ? "tool_calls" : "stop",
      usage: { input_tokens: 1, output_tokens: 1, cost_usd: 0 },
      attempts: 1,
    };
  }
}

/** The commands that effects of a kind end with. */
interface Ends {
  run(effect: Effect, fails: boolean): unknown;
  settle(effect: Effect): unknown;
  failed(effect: Effect): unknown;
}

const FAULT = { code: "simulated", message: "It was to fail" };

function callOf(effect: Effect): string {
  return (effect.input as { readonly call_id: string }).call_id;
}

function ended(effect: Effect, text: string): LedgerCommand {
  return { type: "end", job: effect.id, text };
}

function modelFailed(effect: Effect): unknown {
  return { type: "llm.fail", call_id: callOf(effect), error: FAULT, attempts: 1 };
}

function skillDone(effect: Effect): unknown {
  return { type: "skill.complete", call_id: callOf(effect), output: "ok", via: "run", ms: 1 };
}

function skillFailed(effect: Effect): unknown {
  return { type: "skill.fail", call_id: callOf(effect), error: FAULT, ms: 1 };
}
