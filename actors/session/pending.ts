/**
 * The effects owed in a state. This is the only list of them: what runs is made to match it.
 *
 * @module
 */
import type { Effect } from "../behavior.ts";
import { renderRemoved, systemPrompt, windowMessages } from "./context.ts";
import { ownTexts } from "./conversation.ts";
import { DELEGATE, readDelegation } from "./delegation.ts";
import { memoryOwner } from "./memory_item.ts";
import { memoryPolicy } from "./memory_policy.ts";
import {
  type ExtractWork,
  type MemoryWork,
  readRecall,
  RECALL,
  RECALL_QUERY_CHARS_MAX,
  type RecallWork,
  REMEMBER,
} from "./memory_request.ts";
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
  return [...turnEffects(state), ...memoryEffects(state)];
}

function turnEffects(state: SessionState): readonly Effect[] {
  const { turn } = state;
  if (!turn) return [];
  const skills = turn.calls.filter((call) => call.status === "started")
    .map((call) => callEffect(state, call));
  const { due } = turn;
  if (!due) return skills;
  return [...skills, {
    id: due.call_id,
    kind: due.kind === "recall" ? "memory_recall" : due.kind,
    policy: "retry",
    // Made when the effect starts: until then only its id matters, and a window is long.
    get input() {
      return dueWork(state, turn, due);
    },
  }];
}

function dueWork(
  state: SessionState,
  turn: Turn,
  due: NonNullable<Turn["due"]>,
): ModelWork | RecallWork {
  switch (due.kind) {
    case "recall":
      return turnRecall(state, due.call_id);
    case "compact":
      return summaryWork(state, turn, due.call_id, due.plan);
    case "model":
      return modelWork(state, turn, due.call_id);
    default:
      return due satisfies never;
  }
}

/** What memory is to take, one event after the other, and turns to look through: beside turns, and after. */
function memoryEffects(state: SessionState): readonly Effect[] {
  const { unwritten, attempts, deferred, extractions } = state.memory;
  const { spec } = state.agent ?? {};
  const [seq] = unwritten;
  const write = (seq: number): Effect => {
    const input: MemoryWork = { seq };
    return { id: `memory_${seq}/${attempts}`, kind: "memory_write", policy: "retry", input };
  };
  const extract = ({ call_id, conversation }: typeof extractions[number]): Effect => {
    const { model = null, fallbacks = [] } = spec ?? {};
    const input: ExtractWork = { call_id, conversation, model, fallbacks };
    return { id: call_id, kind: "memory_extract", policy: "retry", input };
  };
  const writes = seq === undefined || deferred ? [] : [write(seq)];
  return [...writes, ...extractions.slice(0, 1).map(extract)];
}

/** A call that messages carry out needs to know something first, and does nothing by asking. */
function callEffect(state: SessionState, call: OpenCall): Effect {
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
  const recall = skill === RECALL ? readRecall(input) : null;
  if (recall && "request" in recall) {
    const { query, k, kinds = null } = recall.request;
    const owner = memoryOwner(state.agent, state.id);
    const work: RecallWork = { call_id, query, owner, k, kinds, min_score: null };
    return { id, kind: "memory_recall", policy: "retry", input: work };
  }
  const work: SkillWork = { call_id, skill, input, key, attempt };
  return { id, kind: "skill", policy: call.idempotent ? "retry" : "once", input: work };
}

function turnRecall(state: SessionState, call_id: string): RecallWork {
  const { k, kinds = null, min_score = null } = memoryPolicy(state.agent?.spec).recall;
  return {
    call_id,
    query: ownTexts(state).join("\n").slice(-RECALL_QUERY_CHARS_MAX).toWellFormed(),
    owner: memoryOwner(state.agent, state.id),
    k,
    kinds,
    min_score,
  };
}

function modelWork(state: SessionState, turn: Turn, call_id: string): ModelWork {
  const spec = state.agent?.spec;
  return {
    call_id,
    turn: turn.number,
    system: systemPrompt(state),
    messages: windowMessages(state),
    skills: spec?.skills ?? [],
    withheld: memoryPolicy(spec).remember.skill ? [] : [REMEMBER],
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
