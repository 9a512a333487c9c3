/**
 * The skill contract: what an agent may call, what it may touch, and how risky that is.
 *
 * @module
 */
import { z } from "zod";

/**
 * How much harm a call can do, from 0 (none: reads a clock) over 3 (changes something outside that
 * can be mended) to 5 (cannot be undone). Calls at or above the configured threshold wait for a
 * person's approval.
 */
export type Risk = 0 | 1 | 2 | 3 | 4 | 5;

/**
 * A permission that the skill needs: `net:HOST[:PORT]`, `read:GLOB`, `write:GLOB`, `env:NAME`,
 * `secret:NAME`. It has no others.
 */
export type Capability = string;

/** All that a running skill is given of the world, besides its declared capabilities. */
export interface SkillContext {
  /** Aborts when the call is cancelled or out of time. */
  readonly signal: AbortSignal;
  /** Stable for this call, also when it is tried again: `actor:seq`. Hand it to services that take one. */
  readonly idempotencyKey: string;
  /** Writes to the node's log. */
  log(message: string, fields?: Record<string, unknown>): void;
  /** The declared secrets, by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** What `lookup` knows about an earlier call. */
export type LookupAnswer<Output> =
  | { readonly done: true; readonly output: Output }
  | { readonly done: false };

/** What an author writes. */
export interface SkillDefinition<Input extends z.ZodType, Output extends z.ZodType> {
  /** Snake case, 1 to 64 characters; what the model calls it. */
  readonly name: string;
  /** What it does and when to use it: the model reads this. */
  readonly description: string;
  /** What a call is given; each call is checked against it. */
  readonly input: Input;
  /** Checked before the result is journaled. Without it any JSON value is taken. */
  readonly output?: Output;
  /** How much harm a call can do. */
  readonly risk: Risk;
  /** None means none. */
  readonly capabilities?: readonly Capability[];
  /** Whether running it twice with the same input and key does no more than running it once. */
  readonly idempotent: boolean;
  /** Milliseconds for one call; 30,000 unless said. */
  readonly timeout?: number;
  /** Does it. */
  run(input: z.output<Input>, context: SkillContext): Promise<z.input<Output>> | z.input<Output>;
  /**
   * For a skill that is not idempotent: whether the call with this key was done. After a crash it
   * settles what would otherwise be a question to a person.
   */
  lookup?(
    key: string,
    context: SkillContext,
  ): Promise<LookupAnswer<z.input<Output>>> | LookupAnswer<z.input<Output>>;
}

/** A skill as the runtime handles it, its schemas' types forgotten. */
export interface Skill {
  /** What the model calls it. */
  readonly name: string;
  /** For the model. */
  readonly description: string;
  /** What a call is given. */
  readonly input: z.ZodType;
  /** What a result must be; null: any JSON. */
  readonly output: z.ZodType | null;
  /** How much harm a call can do. */
  readonly risk: Risk;
  /** What it may touch. */
  readonly capabilities: readonly Capability[];
  /** Whether twice is no more than once. */
  readonly idempotent: boolean;
  /** Milliseconds for one call. */
  readonly timeout: number;
  /** Does it. */
  run(input: unknown, context: SkillContext): unknown;
  /** Whether an earlier call was done; null when it cannot tell. */
  readonly lookup: ((key: string, context: SkillContext) => unknown) | null;
}

/** What the rest of the runtime may know about a skill without running it: plain data. */
export interface SkillManifest {
  /** What the model calls it. */
  readonly name: string;
  /** For the model. */
  readonly description: string;
  /** JSON Schema of the input. */
  readonly input_schema: Record<string, unknown>;
  /** How much harm a call can do. */
  readonly risk: Risk;
  /** What it may touch. */
  readonly capabilities: readonly Capability[];
  /** Whether twice is no more than once. */
  readonly idempotent: boolean;
  /** Milliseconds for one call. */
  readonly timeout: number;
  /** Whether it can settle an interrupted call by itself. */
  readonly has_lookup: boolean;
  /** Who brought it. */
  readonly source: "builtin" | "user";
}

/** What a user's skill file is handed: it needs no import that must be resolved. */
export interface SkillKit {
  /** Checks a definition. */
  readonly defineSkill: typeof defineSkill;
  /** The zod that its schemas are made with. */
  readonly z: typeof z;
}

/** A skill file's default export. */
export type SkillFactory = (kit: SkillKit) => Skill;

/** Milliseconds for one call of a skill that says nothing else. */
export const SKILL_TIMEOUT_MS = 30_000;

/** The longest time that a skill may ask for: one hour. */
const SKILL_TIMEOUT_MS_MAX = 3_600_000;

const CAPABILITY = /^(net|read|write|env|secret):.+$/;

/**
 * Checks a definition and fills in its defaults.
 *
 * @example
 * ```ts
 * import { z } from "zod";
 * import { defineSkill } from "./skill.ts";
 * import assert from "node:assert/strict";
 *
 * const shout = defineSkill({
 *   name: "shout",
 *   description: "Says it louder.",
 *   input: z.object({ text: z.string() }),
 *   risk: 0,
 *   idempotent: true,
 *   run: ({ text }) => text.toUpperCase(),
 * });
 * assert.equal(shout.timeout, 30_000);
 * ```
 *
 * @throws {TypeError} naming the field that is wrong and what is accepted
 */
export function defineSkill<Input extends z.ZodType, Output extends z.ZodType = z.ZodUnknown>(
  definition: SkillDefinition<Input, Output>,
): Skill {
  const { name, description, risk, capabilities = [], timeout = SKILL_TIMEOUT_MS } = definition;
  const wrong = (field: string, found: unknown, wanted: string) =>
    new TypeError(
      `Skill ${JSON.stringify(name)}: ${field} is ${JSON.stringify(found)}, wanted ${wanted}`,
    );
  if (typeof name !== "string" || !/^[a-z][a-z0-9_]{0,63}$/.test(name)) {
    throw wrong("name", name, "snake case of 1 to 64 characters, such as send_mail");
  }
  if (typeof description !== "string" || description.trim() === "") {
    throw wrong("description", description, "a sentence for the model to read");
  }
  if (!Number.isInteger(risk) || risk < 0 || risk > 5) {
    throw wrong("risk", risk, "a whole number from 0 to 5");
  }
  if (typeof definition.idempotent !== "boolean") {
    throw wrong("idempotent", definition.idempotent, "true or false");
  }
  if (!Number.isInteger(timeout) || timeout < 1 || timeout > SKILL_TIMEOUT_MS_MAX) {
    throw wrong("timeout", timeout, `milliseconds from 1 to ${SKILL_TIMEOUT_MS_MAX}`);
  }
  for (const capability of capabilities) {
    if (!CAPABILITY.test(capability)) {
      throw wrong(
        "capabilities",
        capability,
        "net:HOST, read:GLOB, write:GLOB, env:NAME or secret:NAME",
      );
    }
  }
  if (!(definition.input instanceof z.ZodType)) {
    throw wrong("input", typeof definition.input, "a zod schema");
  }
  if (definition.output !== undefined && !(definition.output instanceof z.ZodType)) {
    throw wrong("output", typeof definition.output, "a zod schema or nothing");
  }
  if (typeof definition.run !== "function") throw wrong("run", typeof definition.run, "a function");
  return {
    name,
    description,
    input: definition.input,
    output: definition.output ?? null,
    risk,
    capabilities,
    idempotent: definition.idempotent,
    timeout,
    run: (input, context) => definition.run(input as z.output<Input>, context),
    lookup: definition.lookup ? (key, context) => definition.lookup?.(key, context) : null,
  };
}
