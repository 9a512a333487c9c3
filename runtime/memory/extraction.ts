/**
 * What a model is asked when a turn is looked through for things worth keeping, and how its answer is
 * read.
 *
 * @module
 */
import { type MemoryDraft, memoryDraftSchema } from "../../actors/session/memory_item.ts";

/** Items taken of one answer; those beyond are dropped. */
const ITEMS_MAX = 10;

/** Tells the model what to look for, and how to answer. */
export const EXTRACT_PROMPT =
  "Below is one turn of a conversation. List what is worth knowing in later conversations: lasting " +
  "facts, preferences, how things are done, and what happened that matters. Leave out small talk, " +
  "guesses, secrets such as passwords, and what only this turn needs. Say each thing in one sentence " +
  "that is understood by itself, with names and dates in place of `he` and `tomorrow`. Answer with one " +
  'JSON object a line and nothing else: {"kind": "fact" | "episode" | "preference" | "procedure", ' +
  '"text": "…"}. Answer with nothing if nothing is worth keeping.';

/** The user's message of that model call. */
export function extractMessage(conversation: string): string {
  return `Conversation:\n${conversation}`;
}

/** Reads an answer: one item a line. Lines that are none are left out. */
export function readExtraction(answer: string): MemoryDraft[] {
  return answer.split("\n").flatMap((line) => readLine(line.trim())).slice(0, ITEMS_MAX);
}

function readLine(line: string): MemoryDraft[] {
  if (!line.startsWith("{")) return [];
  try {
    const parsed = memoryDraftSchema.safeParse(JSON.parse(line.replace(/,$/, "")));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}
