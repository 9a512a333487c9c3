/**
 * The effects owed in a state. This is the only list of them: what runs is made to match it.
 *
 * @module
 */
import type { Effect } from "../behavior.ts";
import { renderRemoved, systemPrompt, windowMessages } from "./context.ts";
import { DELEGATE, readDelegation } from "./delegation.ts";
import type { AgentLookup, ModelWork, SchedulesLookup, SkillWork } from "./model_request.ts";
import { SCHEDULE } from "./schedule_request.ts";
import type { CompactionPlan, OpenCall, SessionState, Turn } from "./state.ts";

/** Tells the model how to summarise. */
const SUMMARY_PROMPT =
  "Summarise the conversation below for the assistant that will carry it on. Keep facts, decisions, names, " +
  "numbers, open tasks and the user's wishes; leave out pleasantries. Write plain sentences.";

/** Tokens that a summary may have, and its part of the window if that is less. */
const SUMMARY_TOKENS_MAX = 1024;
const SUMMARY_SHARE_MAX = 0.25;

/** The effects owed in this state. */
export function pending(state: SessionState): readonly Effect[] {
  const { turn } = state;
  if (!turn) return [];
  const skills = turn.calls.filter((call) => call.status === "started").map(callEffect);
  const { due } = turn;
  if (!due) return skills;
  return [...skills, {
    id: due.call_id,
    kind: due.kind,
    policy: "retry",
    // Made when the effect starts: until then only its id matters, and a window is long.
    get input() {
      return due.kind === "compact"
        ? summaryWork(state, turn, due.call_id, due.plan)
        : modelWork(state, turn, due.call_id);
    },
  }];
}

/** A call that messages carry out needs to know something first, and does nothing by asking. */
function callEffect(call: OpenCall): Effect {
  const { call_id, skill, input, key, attempt } = call;
  const id = `${call_id}/${attempt}`;
  const delegation = skill === DELEGATE ? readDelegation(input) : null;
  if (delegation) {
    const lookup: AgentLookup = { call_id, agent: delegation.agent };
    return { id, kind: "agent", policy: "retry", input: lookup };
  }
  if (skill === SCHEDULE) {
    const lookup: SchedulesLookup = { call_id };
    return { id, kind: "schedules", policy: "retry", input: lookup };
  }
  const work: SkillWork = { call_id, skill, input, key, attempt };
  return { id, kind: "skill", policy: call.idempotent ? "retry" : "once", input: work };
}

function modelWork(state: SessionState, turn: Turn, call_id: string): ModelWork {
  const spec = state.agent?.spec;
  return {
    call_id,
    turn: turn.number,
    system: systemPrompt(state),
    messages: windowMessages(state),
    skills: spec?.skills ?? [],
    model: spec?.model ?? null,
    fallbacks: spec?.fallbacks ?? [],
    max_output_tokens: spec?.max_output_tokens ?? SUMMARY_TOKENS_MAX,
    temperature: spec?.temperature ?? null,
  };
}

function summaryWork(
  state: SessionState,
  turn: Turn,
  call_id: string,
  plan: CompactionPlan,
): ModelWork {
  const share = (state.agent?.spec.context_tokens ?? Infinity) * SUMMARY_SHARE_MAX;
  return {
    ...modelWork(state, turn, call_id),
    system: SUMMARY_PROMPT,
    messages: [{ role: "user", content: `Conversation:\n  ${renderRemoved(state, plan)}` }],
    skills: [],
    max_output_tokens: Math.min(SUMMARY_TOKENS_MAX, Math.floor(share)),
  };
}
