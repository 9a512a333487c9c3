/**
 * What the end of a turn means for the sessions above and below: children stop, and a parent is told.
 *
 * @module
 */
import type { Draft } from "./draft.ts";
import { fact } from "./events.ts";
import type { Turn } from "./state.ts";
import type { Fault } from "./values.ts";

/** How a turn ends. */
export type TurnEnd =
  | { readonly kind: "completed" }
  | { readonly kind: "failed"; readonly error: Fault }
  | { readonly kind: "cancelled"; readonly reason: string };

/** Closes the children whose answers the ended turn waited for. */
export function closeChildren(draft: Draft, turn: Turn, end: TurnEnd): void {
  const why = end.kind === "cancelled" ? `cancelled: ${end.reason}` : "over";
  for (const { child } of turn.calls) {
    if (!child) continue;
    draft.send({
      to: { type: "session", id: child.id },
      command: { type: "session.close", reason: `its parent's turn was ${why}` },
    });
  }
}

/** Tells the parent how its task ended. A child has no other purpose, so it closes. */
export function answerParent(draft: Draft, end: TurnEnd): void {
  const { parent, transcript, usage } = draft.state;
  if (!parent || draft.state.phase !== "open") return;
  const last = transcript.findLast((item) => item.role === "assistant");
  draft.add(fact("session.closed", { reason: `its task for session ${parent.id} ended` }));
  draft.send({
    to: { type: "session", id: parent.id },
    command: {
      type: "child.reply",
      call_id: parent.call_id,
      child_id: draft.facts.id,
      outcome: end.kind,
      text: end.kind === "completed" ? last?.text ?? "" : "",
      error: faultOf(end),
      usage,
    },
  });
}

function faultOf(end: TurnEnd): Fault | null {
  switch (end.kind) {
    case "completed":
      return null;
    case "failed":
      return end.error;
    case "cancelled":
      return { code: "child_cancelled", message: end.reason };
    default:
      return end satisfies never;
  }
}
