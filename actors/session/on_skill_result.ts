/**
 * How a skill call ended, or that nobody knows how.
 *
 * A result for a call that is not under way is from before a cancel: it changes nothing.
 *
 * @module
 */
import type { CommandOf } from "./commands.ts";
import type { Draft } from "./draft.ts";
import { fact } from "./events.ts";
import type { OpenCall } from "./state.ts";
import { enforceBudgets } from "./turns.ts";

/** The call of that id, if it was started and has not ended. */
export function underWay(draft: Draft, call_id: string): OpenCall | undefined {
  return draft.state.turn?.calls.find((call) =>
    call.call_id === call_id && call.status === "started"
  );
}

/** What comes after the last result of an answer: the next model call, if the budgets allow one. */
export function afterResult(draft: Draft): void {
  if (draft.state.turn?.due) enforceBudgets(draft);
}

/** Takes a result. */
export function onSkillComplete(draft: Draft, command: CommandOf<"skill.complete">): void {
  if (!underWay(draft, command.call_id)) return;
  const { call_id, output, via, ms } = command;
  const shown_chars = draft.facts.limits.skill_output_model_chars;
  draft.add(fact("skill.completed", { call_id, output, shown_chars, via, ms }));
  afterResult(draft);
}

/** Takes a failure. */
export function onSkillFail(draft: Draft, command: CommandOf<"skill.fail">): void {
  if (!underWay(draft, command.call_id)) return;
  const { call_id, error, ms } = command;
  draft.add(fact("skill.failed", { call_id, error, ms }));
  afterResult(draft);
}

/** Asks a person how a call ended that a crash cut off. */
export function onSkillInterrupt(draft: Draft, command: CommandOf<"skill.interrupt">): void {
  const call = underWay(draft, command.call_id);
  if (!call) return;
  const { call_id, skill, input, risk } = call;
  const approval_id = `apr_${draft.facts.id}_${draft.nextSeq}`;
  draft.add(fact("skill.interrupted", { approval_id, call_id, skill, input, risk }));
}
