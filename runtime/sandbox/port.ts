/**
 * The port to the skills: what there is, and one call of one of them.
 *
 * @module
 */
import type { Json } from "../../actors/behavior.ts";
import type { SkillManifest } from "../../skills/skill.ts";

/** One call of one skill. */
export interface SkillCall {
  readonly skill: string;
  readonly input: Json;
  /** The idempotency key. */
  readonly key: string;
  /** Aborts when the call is cancelled. */
  readonly signal: AbortSignal;
}

/** How a call ended. `ms`: how long it took. */
export type SkillOutcome =
  | { readonly ok: true; readonly output: Json; readonly ms: number }
  | {
    readonly ok: false;
    readonly code: SkillFaultCode;
    readonly message: string;
    readonly ms: number;
  };

/** Why a call failed. */
export type SkillFaultCode =
  | "skill_not_found"
  | "skill_invalid_input"
  | "skill_invalid_output"
  | "skill_threw"
  | "skill_timeout"
  | "skill_out_of_memory"
  | "skill_denied_permission"
  | "skill_output_too_large"
  | "skill_host_died"
  | "skill_cancelled";

/** What a skill knows of an earlier call. */
export type SkillLookup =
  | { readonly done: true; readonly output: Json; readonly ms: number }
  | { readonly done: false };

/** A file of the skills folder that could not be loaded. */
export interface SkillFileFault {
  readonly file: string;
  readonly reason: string;
}

/** Everything an agent can do. */
export interface Skills {
  /** The manifest of a skill, or null when there is none of that name. */
  get(name: string): SkillManifest | null;
  /** All skills, by name. */
  list(): readonly SkillManifest[];
  /** What is wrong with an input by the skill's own schema, or null when it is right. */
  checkInput(name: string, input: Json): Promise<string | null>;
  /** Runs a call. Never throws for what a skill does. */
  run(call: SkillCall): Promise<SkillOutcome>;
  /** Asks the skill whether the call with this key was done; null when it cannot tell. */
  lookup(call: SkillCall): Promise<SkillLookup | null>;
  /** Files of the skills folder that could not be loaded, with the reason. */
  faults(): readonly SkillFileFault[];
  /** Reads the skills folder again. */
  reload(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
