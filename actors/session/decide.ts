/**
 * Which rule answers which command, and nothing else.
 *
 * @module
 */
import { type Decision, type Facts, isRejection, type Json, type Rejection } from "../behavior.ts";
import type { SessionCommand } from "./commands.ts";
import { Draft, type SessionLimits } from "./draft.ts";
import type { SessionEvent } from "./events.ts";
import { onApprovalDecide } from "./on_approval.ts";
import { onChildReply, onChildSpawn, onSpawn } from "./on_child.ts";
import { onCancel, onClose, onCreate, onExpire, onFork } from "./on_lifecycle.ts";
import {
  onMemoryDefer,
  onMemoryExtract,
  onMemoryForget,
  onMemoryFound,
  onMemoryRetry,
  onMemorySettle,
} from "./on_memory.ts";
import { onMessageSend } from "./on_message.ts";
import { onContextCompact, onLlmComplete, onLlmFail } from "./on_model_result.ts";
import { onSchedulesFound } from "./on_schedule.ts";
import { onSkillComplete, onSkillFail, onSkillInterrupt } from "./on_skill_result.ts";
import { reject } from "./rejections.ts";
import type { SessionState } from "./state.ts";

/** What a command causes. */
export function decide(
  state: SessionState,
  command: SessionCommand,
  facts: Facts<SessionLimits>,
): Decision<SessionCommand, SessionEvent> | Rejection {
  const refusal = refuseByPhase(state, command);
  if (refusal) return refusal;
  const draft = new Draft(state, facts);
  const reply = dispatch(draft, command) ?? null;
  if (typeof reply === "object" && reply !== null && isRejection(reply)) return reply;
  return draft.decision(reply);
}

function refuseByPhase(state: SessionState, command: SessionCommand): Rejection | null {
  if (BEGINNINGS.has(command.type)) {
    return state.phase === "new"
      ? null
      : reject("session_exists", `Session ${state.id} exists already`);
  }
  if (state.phase === "new") {
    return reject("session_not_found", `Session ${state.id} does not exist`);
  }
  if (state.phase === "closed" && FROM_PEOPLE.has(command.type)) {
    return reject("session_closed", `Session ${state.id} is closed`);
  }
  return null;
}

/** Commands with which a session begins. */
const BEGINNINGS = new Set<SessionCommand["type"]>([
  "session.create",
  "session.fork",
  "session.spawn",
]);

/** Commands that make no sense to a closed session; late results of effects are ignored by their rules. */
const FROM_PEOPLE = new Set<SessionCommand["type"]>([
  "message.send",
  "turn.cancel",
  "approval.decide",
]);

function dispatch(draft: Draft, command: SessionCommand): Json | Rejection | void {
  switch (command.type) {
    case "session.create":
      return onCreate(draft, command);
    case "session.fork":
      return onFork(draft, command);
    case "session.spawn":
      return onSpawn(draft, command);
    case "session.close":
      return onClose(draft, command);
    case "message.send":
      return onMessageSend(draft, command);
    case "turn.cancel":
      return onCancel(draft, command);
    case "turn.expire":
      return onExpire(draft, command);
    case "approval.decide":
      return onApprovalDecide(draft, command);
    case "llm.complete":
      return onLlmComplete(draft, command);
    case "llm.fail":
      return onLlmFail(draft, command);
    case "context.compact":
      return onContextCompact(draft, command);
    case "skill.complete":
      return onSkillComplete(draft, command);
    case "skill.fail":
      return onSkillFail(draft, command);
    case "skill.interrupt":
      return onSkillInterrupt(draft, command);
    case "child.spawn":
      return onChildSpawn(draft, command);
    case "child.reply":
      return onChildReply(draft, command);
    case "schedules.found":
      return onSchedulesFound(draft, command);
    case "memory.found":
      return onMemoryFound(draft, command);
    case "memory.extract":
      return onMemoryExtract(draft, command);
    case "memory.settle":
      return onMemorySettle(draft, command);
    case "memory.defer":
      return onMemoryDefer(draft, command);
    case "memory.retry":
      return onMemoryRetry(draft, command);
    case "memory.forget":
      return onMemoryForget(draft, command);
    default:
      return command satisfies never;
  }
}
