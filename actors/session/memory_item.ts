/**
 * The items that a session notes for memory.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { PinnedAgent } from "./agent.ts";
import { type MemoryKind, memoryKindSchema, memoryPolicy } from "./memory_policy.ts";

/** The longest text of an item, in characters. */
export const MEMORY_TEXT_CHARS_MAX = 2000;

/** Something to be kept, as it is proposed. */
export const memoryDraftSchema = z.object({
  kind: memoryKindSchema.default("fact"),
  text: z.string().trim().min(1).max(MEMORY_TEXT_CHARS_MAX),
});

/** Something to be kept, as it is proposed. */
export type MemoryDraft = z.output<typeof memoryDraftSchema>;

/** Something to be kept, and the id under which memory has it. */
export const memoryNoteSchema = z.object({
  id: z.string(),
  kind: memoryKindSchema,
  text: z.string(),
});

/** Something to be kept: see {@link memoryNoteSchema}. */
export type MemoryNote = z.output<typeof memoryNoteSchema>;

/** An item that memory found. `at` is when it was noted, in milliseconds since the epoch. */
export const recalledNoteSchema = z.object({
  id: z.string(),
  kind: memoryKindSchema,
  text: z.string(),
  at: z.number(),
  score: z.number(),
});

/** An item that memory found: see {@link recalledNoteSchema}. */
export type RecalledNote = z.output<typeof recalledNoteSchema>;

/** How memory looked: `none` when it did not. */
export const recallModeSchema = z.enum(["hybrid", "lexical", "dense", "none"]);

/** How memory looked. */
export type RecallMode = z.output<typeof recallModeSchema>;

/** What became of an item: see `RememberOutcome` in the port to memory. */
export const noteOutcomeSchema = z.object({
  id: z.string(),
  outcome: z.enum(["stored", "known", "merged"]),
  into: z.string(),
});

/**
 * Under whose name a session's items are kept and looked for: its agent's, or a part of that which is
 * the session's own. No agent's name contains a `/`.
 */
export function memoryOwner(agent: PinnedAgent | null, session: string): string {
  const name = agent?.name ?? "";
  return memoryPolicy(agent?.spec).scope === "session" ? `${name}/${session}` : name;
}

/**
 * Gives an item its id: the same text of the same owner and kind, but for its spaces, has the same one,
 * wherever it was noted. A capital or an accent more is another text.
 */
export function memoryNote(owner: string, { kind, text }: MemoryDraft): MemoryNote {
  return { id: memoryId(owner, kind, text), kind, text };
}

function memoryId(owner: string, kind: MemoryKind, text: string): string {
  const said = text.normalize("NFC").replaceAll(/\s+/g, " ").trim();
  const digest = createHash("sha256").update(JSON.stringify([owner, kind, said])).digest("hex");
  return `mem_${digest.slice(0, 32)}`;
}
