/**
 * How the demo model looks through a turn for what is worth remembering: by a few words.
 *
 * @module
 */
import type { MemoryKind } from "../../actors/session/memory_policy.ts";

/** What marks a sentence of the user as worth keeping, and of which kind it is then; the first counts. */
const MARKS: readonly (readonly [MemoryKind, RegExp])[] = [
  ["preference", /\b(i|we) (really )?(like|love|prefer|hate|dislike|enjoy)\b|\bfavou?rite\b/i],
  ["procedure", /^(always|never|when(ever)?)\b|\bplease always\b/i],
  ["fact", /\b(my|our) \w+ (is|are|was|has|have)\b|\b(i am|i'm|i live|i work|call me)\b/i],
  ["fact", /^remember (that )?/i],
];

/** Items of one answer. */
const ITEMS_MAX = 5;

/** The longest sentence that is kept, in characters. */
const SENTENCE_CHARS_MAX = 500;

/** The answer: one JSON object a line, for each sentence of the user that says something lasting. */
export function extractLines(message: string): string {
  const said = message.split("\n").flatMap((line) => /^user: (.*)/.exec(line)?.[1] ?? []);
  const sentences = said.flatMap((text) => text.split(/(?<=[.!?])\s+/))
    .map((sentence) => sentence.trim().slice(0, SENTENCE_CHARS_MAX).toWellFormed())
    .filter((sentence) => !sentence.endsWith("?") && !sentence.startsWith("/"));
  return sentences.flatMap(line).slice(0, ITEMS_MAX).join("\n");
}

function line(sentence: string): string[] {
  const kind = MARKS.find(([, mark]) => mark.test(sentence))?.[0];
  return kind === undefined ? [] : [JSON.stringify({ kind, text: `The user said: ${sentence}` })];
}
