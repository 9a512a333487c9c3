/**
 * What a session's events mean for the people whom it asks.
 *
 * @module
 */
import type { QuestionChange } from "../behavior.ts";
import type { SessionEvent } from "./events.ts";

/** The changes to the view of open questions. */
export function questions(event: SessionEvent): readonly QuestionChange[] {
  switch (event.type) {
    case "approval.requested":
    case "skill.interrupted": {
      const { approval_id, call_id, skill, input, risk } = event.payload;
      const kind = event.type === "approval.requested" ? "skill" : "interrupted";
      return [{ op: "ask", id: approval_id, kind, details: { call_id, skill, input, risk } }];
    }
    case "approval.decided": {
      const { approval_id, decision, reason, input, edited, by } = event.payload;
      return [{
        op: "settle",
        id: approval_id,
        outcome: decision,
        details: { reason, input, edited, by },
      }];
    }
    case "turn.failed":
    case "turn.cancelled": {
      const details = { reason: "the turn ended", input: null, edited: false, by: "synapse" };
      return event.payload.open_approvals.map((id) => ({
        op: "settle",
        id,
        outcome: "cancelled",
        details,
      }));
    }
    default:
      return [];
  }
}
