/**
 * The skills `remember`, `recall` and `forget`: what they are given, and what carries them out.
 *
 * @module
 */
import { z } from "zod";
import type { Json } from "../behavior.ts";
import { memoryDraftSchema } from "./memory_item.ts";
import { MEMORY_KINDS, type MemoryKind, memoryKindSchema } from "./memory_policy.ts";
import type { Fault } from "./values.ts";

/** Names of skills that the session itself carries out. */
export const REMEMBER = "remember";
export const RECALL = "recall";
export const FORGET = "forget";

/** The longest text that is looked for, in characters. */
export const RECALL_QUERY_CHARS_MAX = 2000;

/** Ids that one call forgets. */
const FORGET_IDS_MAX = 100;

/** Items that a call of `recall` finds unless it says otherwise. */
const RECALL_K = 5;

/** As in `skills/recall.ts`; a person may have edited the input since that was checked. */
const recallSchema = z.object({
  query: z.string().trim().min(1).max(RECALL_QUERY_CHARS_MAX),
  kinds: z.array(memoryKindSchema).min(1).max(MEMORY_KINDS.length).optional(),
  k: z.int().min(1).max(50).default(RECALL_K),
});

/** As in `skills/forget.ts`. */
const forgetSchema = z.object({ ids: z.array(z.string().min(1)).min(1).max(FORGET_IDS_MAX) });

/** The input of the effect `memory_recall`. */
export interface RecallWork {
  readonly call_id: string;
  readonly query: string;
  /** Whose items: see `memoryOwner`. */
  readonly owner: string;
  readonly k: number;
  readonly kinds: readonly MemoryKind[] | null;
  readonly min_score: number | null;
}

/** The input of the effect `memory_write`: what the event of that number says is to be done. */
export interface MemoryWork {
  readonly seq: number;
}

/** The input of the effect `memory_extract`. */
export interface ExtractWork {
  readonly call_id: string;
  /** What was said in the turn. */
  readonly conversation: string;
  readonly model: string | null;
  readonly fallbacks: readonly string[];
}

type Read<Value> = { readonly request: Value } | { readonly fault: Fault };

/** Reads the input of a call of `remember`, or says what is wrong with it. */
export function readRemember(input: Json): Read<z.output<typeof memoryDraftSchema>> {
  return read(memoryDraftSchema, input);
}

/** Reads the input of a call of `recall`, or says what is wrong with it. */
export function readRecall(input: Json): Read<z.output<typeof recallSchema>> {
  return read(recallSchema, input);
}

/** Reads the input of a call of `forget`, or says what is wrong with it. */
export function readForget(input: Json): Read<z.output<typeof forgetSchema>> {
  return read(forgetSchema, input);
}

function read<Schema extends z.ZodType>(schema: Schema, input: Json): Read<z.output<Schema>> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return { request: parsed.data };
  const issues = parsed.error.issues.map(({ path, message }) =>
    [path.join("."), message].filter((part) => part !== "").join(": ")
  );
  return { fault: { code: "skill_invalid_input", message: issues.join("; ") } };
}
