/**
 * Calls of `remember`, `recall` and `forget`. What the first and the last ask is done for the model once
 * it is in the journal: memory gets it later, however long it is away.
 *
 * @module
 */
import type { Json } from "../behavior.ts";
import type { Draft } from "./draft.ts";
import { fact } from "./events.ts";
import { memoryNote, memoryOwner } from "./memory_item.ts";
import {
  FORGET,
  readForget,
  readRecall,
  readRemember,
  RECALL,
  REMEMBER,
} from "./memory_request.ts";
import { NO_USAGE } from "./state.ts";
import type { Fault } from "./values.ts";

/** Why memory cannot take anything more to write now, or null. */
export function memoryFull(draft: Draft): Fault | null {
  const { memory_unwritten: limit } = draft.facts.limits;
  const waiting = draft.state.memory.unwritten.length;
  if (waiting < limit) return null;
  if (limit === 0) return { code: "memory_full", message: "There is no memory here" };
  const message = `Session has ${waiting} changes that memory has yet to take, ` +
    `wanted fewer than ${limit}; try again when memory is back`;
  return { code: "memory_full", message };
}

/** Why a call of a skill of memory cannot be started, or null; null for every other skill. */
export function memoryFault(draft: Draft, skill: string, input: Json): Fault | null {
  const read = readCall(skill, input);
  if (read === null) return null;
  if ("fault" in read) return read.fault;
  return skill === RECALL ? null : memoryFull(draft);
}

function readCall(skill: string, input: Json): { readonly fault: Fault } | object | null {
  if (skill === REMEMBER) return readRemember(input);
  if (skill === FORGET) return readForget(input);
  return skill === RECALL ? readRecall(input) : null;
}

/** Carries out a call of `remember` or `forget` that has just started; does nothing for other skills. */
export function carryOutMemoryCall(
  draft: Draft,
  skill: string,
  call_id: string,
  input: Json,
): void {
  if (skill === REMEMBER) {
    const read = readRemember(input);
    if ("request" in read) remember(draft, call_id, read.request);
  } else if (skill === FORGET) {
    const read = readForget(input);
    if ("request" in read) forget(draft, call_id, read.request.ids);
  }
}

function remember(draft: Draft, call_id: string, request: Parameters<typeof memoryNote>[1]): void {
  const owner = memoryOwner(draft.state.agent, draft.facts.id);
  const note = memoryNote(owner, request);
  draft.add(
    fact("memory.noted", {
      call_id,
      source: "skill",
      owner,
      items: [note],
      usage: NO_USAGE,
      error: null,
    }),
  );
  // Members in the order in which the journal gives them back.
  complete(draft, call_id, { id: note.id, remembered: true });
}

function forget(draft: Draft, call_id: string, ids: string[]): void {
  // What other agents know is not this one's to forget.
  const owner = memoryOwner(draft.state.agent, draft.facts.id);
  draft.add(fact("memory.forgetting", { ids, owner, by: "the agent" }));
  complete(draft, call_id, { forgotten: ids });
}

/** Ends a call that the session carried out by itself. */
function complete(draft: Draft, call_id: string, output: Json): void {
  const shown_chars = draft.facts.limits.skill_output_model_chars;
  draft.add(fact("skill.completed", { call_id, output, shown_chars, via: "session", ms: 0 }));
}
