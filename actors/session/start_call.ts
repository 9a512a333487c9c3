/**
 * The start of a skill call, once nobody has to agree to it any more.
 *
 * @module
 */
import { DELEGATE, delegationFault } from "./delegation.ts";
import type { Draft } from "./draft.ts";
import { fact, type Payload } from "./events.ts";
import { carryOutMemoryCall, memoryFault } from "./memory_calls.ts";
import type { Fault } from "./values.ts";

/** Starts a call, unless its skill is carried out here and cannot be. */
export function startCall(draft: Draft, skill: string, start: Payload<"skill.started">): void {
  const { call_id, input } = start;
  const error = faultOf(draft, skill, start);
  if (error) return draft.add(fact("skill.failed", { call_id, error, ms: 0 }));
  draft.add(fact("skill.started", start));
  carryOutMemoryCall(draft, skill, call_id, input);
}

function faultOf(draft: Draft, skill: string, { input }: Payload<"skill.started">): Fault | null {
  return skill === DELEGATE ? delegationFault(draft, input) : memoryFault(draft, skill, input);
}
