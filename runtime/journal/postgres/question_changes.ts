/**
 * What the changes of one commit do to questions in the end: they are applied in order, and the
 * database is told the outcome.
 *
 * @module
 */
import type { QuestionChange } from "../../../actors/behavior.ts";

type Ask = Extract<QuestionChange, { op: "ask" }>;
type Settle = Extract<QuestionChange, { op: "settle" }>;

/** A new question, and how it was settled if that happened in the same commit. */
export type AskedQuestion = Ask & { readonly settle: Settle | null };

/** The questions that are new, and the settlements of those that were there. */
export function lastQuestions(changes: readonly QuestionChange[]): {
  readonly asked: readonly AskedQuestion[];
  readonly settled: readonly Settle[];
} {
  const asked = new Map<string, AskedQuestion>();
  const settled = new Map<string, Settle>();
  for (const change of changes) {
    const known = asked.get(change.id);
    if (change.op === "ask") {
      asked.set(change.id, { ...change, settle: null });
      // There was nothing to settle.
      settled.delete(change.id);
    } else if (known) asked.set(change.id, { ...known, settle: change });
    else settled.set(change.id, change);
  }
  return { asked: [...asked.values()], settled: [...settled.values()] };
}
