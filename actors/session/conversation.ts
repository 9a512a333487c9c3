/**
 * What is said in the running turn, as text.
 *
 * @module
 */
import { indented } from "./indented.ts";
import type { SessionState } from "./state.ts";

/** The longest part of one message that is looked through, and of all, in characters. */
const SAID_CHARS_MAX = 4000;
const CONVERSATION_CHARS_MAX = 16_000;

/** The texts of the running turn's own messages, in order. */
export function ownTexts({ turn, transcript }: SessionState): readonly string[] {
  return transcript.flatMap((item) =>
    item.role === "user" && turn?.message_ids.includes(item.message_id) ? [item.content] : []
  );
}

/** The running turn's own messages and the answer to them, cut to a bound: of all, the end is kept. */
export function conversationOf(state: SessionState): string {
  const answer = state.transcript.findLast((item) => item.role === "assistant");
  const said = ownTexts(state).map((text) => `user: ${shortened(text)}`);
  const lines = [...said, ...(answer ? [`assistant: ${shortened(answer.text)}`] : [])];
  return lines.join("\n").slice(-CONVERSATION_CHARS_MAX).toWellFormed();
}

function shortened(text: string): string {
  return indented(text.slice(0, SAID_CHARS_MAX).toWellFormed());
}
