/**
 * What a session asks of a model, in no provider's dialect.
 *
 * @module
 */
import type { Json } from "../behavior.ts";

/** One message of the window. */
export type ModelMessage =
  | { readonly role: "user"; readonly content: string }
  | {
    readonly role: "assistant";
    readonly text: string;
    readonly calls: readonly {
      readonly id: string;
      readonly skill: string;
      readonly input: Json;
    }[];
  }
  /** The result of a call of the assistant message before it; each call has exactly one. */
  | {
    readonly role: "tool";
    readonly call_id: string;
    readonly content: string;
    readonly failed: boolean;
  };

/** The input of the effects `model` and `compact`. */
export interface ModelWork {
  readonly call_id: string;
  readonly turn: number;
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  /** Names of the skills offered; `*` means all. */
  readonly skills: readonly string[];
  /** Names of skills that are not offered all the same. */
  readonly withheld: readonly string[];
  /** `provider/model`, `provider`, or null for the default provider's default model. */
  readonly model: string | null;
  readonly fallbacks: readonly string[];
  readonly max_output_tokens: number;
  readonly temperature: number | null;
}

/** The input of the effect `skill`. */
export interface SkillWork {
  readonly call_id: string;
  readonly skill: string;
  readonly input: Json;
  /** The idempotency key: the same at every attempt. */
  readonly key: string;
  readonly attempt: number;
}

/** The input of the effect `agent`: which agent a call delegates to. */
export interface AgentLookup {
  readonly call_id: string;
  readonly agent: string;
}

/** The input of the effect `schedules`: the session's own are looked for. */
export interface SchedulesLookup {
  readonly call_id: string;
}
