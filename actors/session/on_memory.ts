/**
 * What memory found, what it took, and what it is to forget.
 *
 * The index may be away for long, and no turn waits for it: what it has yet to take stands in the
 * state, by the number of its event. After a try that failed the session owes nothing until a timer
 * rings, so that it may leave memory meanwhile.
 *
 * A result that names what is no longer owed changes nothing.
 *
 * @module
 */
import type { Json, Rejection } from "../behavior.ts";
import type { CommandOf } from "./commands.ts";
import type { Draft } from "./draft.ts";
import { fact } from "./events.ts";
import { memoryFull } from "./memory_calls.ts";
import { memoryNote, memoryOwner } from "./memory_item.ts";
import { RECALL } from "./memory_request.ts";
import { afterResult, underWay } from "./on_skill_result.ts";
import { reject } from "./rejections.ts";
import { enforceBudgets } from "./turns.ts";

/** The name of the timer after which memory is tried again. */
export const MEMORY_TIMER = "memory.retry";

/** Milliseconds before the first further try, doubled for each one after it up to the longest. */
const RETRY_MS = 15_000;
const RETRY_MS_MAX = 3_600_000;

/** Takes what memory found: for the turn that begins with it, or for a call of `recall`. */
export function onMemoryFound(draft: Draft, command: CommandOf<"memory.found">): void {
  const { call_id, items, mode, unavailable } = command;
  const turn = draft.state.turn;
  if (turn?.due?.kind === "recall" && turn.due.call_id === call_id) {
    draft.add(
      fact("memory.recalled", { turn: turn.number, call_id, items, mode, unavailable }),
    );
    enforceBudgets(draft);
    return;
  }
  if (underWay(draft, call_id)?.skill !== RECALL) return;
  if (unavailable) {
    draft.add(fact("skill.failed", { call_id, error: unavailable, ms: 0 }));
  } else {
    const shown_chars = draft.facts.limits.skill_output_model_chars;
    const output = items.map(shown);
    draft.add(fact("skill.completed", { call_id, output, shown_chars, via: "session", ms: 0 }));
  }
  afterResult(draft);
}

/** Members in the order in which the journal gives them back. */
function shown({ at, id, kind, text }: CommandOf<"memory.found">["items"][number]): Json {
  return { id, kind, noted: new Date(at).toISOString(), text };
}

/** Notes what was found worth keeping in a turn that is over. */
export function onMemoryExtract(draft: Draft, command: CommandOf<"memory.extract">): void {
  const { call_id, usage } = command;
  const { memory, agent } = draft.state;
  if (!memory.extractions.some((owed) => owed.call_id === call_id)) return;
  const owner = memoryOwner(agent, draft.facts.id);
  const notes = new Map(command.items.map((item) => {
    const note = memoryNote(owner, item);
    return [note.id, note];
  }));
  const error = command.error ?? (notes.size > 0 ? memoryFull(draft) : null);
  const items = error ? [] : [...notes.values()];
  draft.add(fact("memory.noted", { call_id, source: "extraction", owner, items, usage, error }));
}

/** Memory took the first of what it has yet to take, or refused it for good. */
export function onMemorySettle(draft: Draft, command: CommandOf<"memory.settle">): void {
  const { of, outcomes, forgotten, refused } = command;
  if (!isFirst(draft, of)) return;
  draft.add(fact("memory.written", { of, outcomes, forgotten, refused }));
}

/** Memory is away: it is tried again later. */
export function onMemoryDefer(draft: Draft, command: CommandOf<"memory.defer">): void {
  const { of, error } = command;
  if (!isFirst(draft, of)) return;
  const wait = Math.min(RETRY_MS * 2 ** draft.state.memory.attempts, RETRY_MS_MAX);
  const until = draft.facts.now + wait;
  draft.add(fact("memory.deferred", { of, until, error }));
  draft.timer({ name: MEMORY_TIMER, at: until, command: { type: "memory.retry", of } });
}

function isFirst({ state: { memory } }: Draft, of: number): boolean {
  return memory.unwritten[0] === of && !memory.deferred;
}

/** Tries again. */
export function onMemoryRetry(draft: Draft, { of }: CommandOf<"memory.retry">): void {
  const { unwritten, deferred } = draft.state.memory;
  if (deferred && unwritten[0] === of) draft.add(fact("memory.resumed", { of }));
}

/** Takes note that a person wants items forgotten, also of a session that is closed. */
export function onMemoryForget(
  draft: Draft,
  { ids, by }: CommandOf<"memory.forget">,
): Json | Rejection {
  if (ids === null) forgetAll(draft, by);
  else {
    const full = memoryFull(draft);
    if (full) return reject("memory_full", full.message);
    draft.add(fact("memory.forgetting", { ids, owner: null, by }));
  }
  return { id: draft.facts.id };
}

/** Has memory forget all that the session noted, if it noted anything or still may. */
export function forgetAll(draft: Draft, by: string): void {
  const { noted, extractions } = draft.state.memory;
  if (noted === 0 && extractions.length === 0) return;
  draft.add(fact("memory.forgetting", { ids: null, owner: null, by }));
}
