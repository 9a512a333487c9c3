/**
 * A person's decision about one skill call: whether a risky one may run, or how an interrupted one ended.
 *
 * @module
 */
import type { Json, Rejection } from "../behavior.ts";
import type { CommandOf } from "./commands.ts";
import type { Draft } from "./draft.ts";
import { fact } from "./events.ts";
import { afterResult } from "./on_skill_result.ts";
import { reject } from "./rejections.ts";
import { startCall } from "./start_call.ts";
import type { OpenCall } from "./state.ts";
import { armWallTimer } from "./turns.ts";

/** What can be decided about a call in each state. */
const ACCEPTED: Readonly<Record<string, readonly string[]>> = {
  awaiting: ["approve", "deny"],
  interrupted: ["run_again", "treat_as_done", "fail"],
};

/** The decisions that may come with an input: the edited one, or the call's output. */
const WITH_INPUT: readonly string[] = ["approve", "treat_as_done"];

/** Takes a decision. */
export function onApprovalDecide(
  draft: Draft,
  command: CommandOf<"approval.decide">,
): Json | Rejection {
  const { approval_id, decision, by } = command;
  const call = draft.state.turn?.calls.find((call) => call.approval_id === approval_id);
  if (!call) {
    return reject(
      "approval_decided",
      `Approval ${approval_id} is not open: it was decided, or its turn ended`,
    );
  }
  const accepted = ACCEPTED[call.status] ?? [];
  if (!accepted.includes(decision)) {
    const found = `Decision is ${decision}, wanted ${accepted.join(" or ")}`;
    return reject("approval_answer_invalid", found, { accepted });
  }
  const edited = command.input !== undefined;
  if (edited && !WITH_INPUT.includes(decision)) {
    const found = `Decision ${decision} comes with an input, wanted none`;
    return reject("approval_answer_invalid", found, { accepted });
  }
  draft.add(fact("approval.decided", {
    approval_id,
    call_id: call.call_id,
    decision,
    reason: command.reason,
    input: command.input ?? null,
    edited,
    by,
  }));
  carryOut(draft, call, command);
  afterResult(draft);
  if (draft.state.turn) armWallTimer(draft);
  return { approval_id, decision };
}

function carryOut(draft: Draft, call: OpenCall, command: CommandOf<"approval.decide">): void {
  const { call_id } = call;
  const why = command.reason ?? "no reason given";
  switch (command.decision) {
    case "approve":
    case "run_again":
      return startCall(draft, call.skill, {
        call_id,
        input: command.input === undefined ? call.input : command.input,
        key: call.key || `session/${draft.facts.id}:${draft.nextSeq}`,
        attempt: call.attempt + 1,
      });
    case "deny": {
      const error = { code: "denied", message: `Denied by ${command.by}: ${why}` };
      return draft.add(fact("skill.failed", { call_id, error, ms: 0 }));
    }
    case "treat_as_done":
      return draft.add(fact("skill.completed", {
        call_id,
        output: command.input === undefined
          ? `Treated as done by ${command.by}: ${why}`
          : command.input,
        shown_chars: draft.facts.limits.skill_output_model_chars,
        via: "person",
        ms: 0,
      }));
    case "fail": {
      const error = { code: "interrupted", message: `Treated as failed by ${command.by}: ${why}` };
      return draft.add(fact("skill.failed", { call_id, error, ms: 0 }));
    }
    default:
      return command.decision satisfies never;
  }
}
