/**
 * The start of a skill call, once nobody has to agree to it any more.
 *
 * @module
 */
import { DELEGATE, delegationFault } from "./delegation.ts";
import type { Draft } from "./draft.ts";
import { fact, type Payload } from "./events.ts";

/** Starts a call, unless its skill is carried out here and cannot be. */
export function startCall(draft: Draft, skill: string, start: Payload<"skill.started">): void {
  const { call_id, input } = start;
  const error = skill === DELEGATE ? delegationFault(draft, input) : null;
  draft.add(error ? fact("skill.failed", { call_id, error, ms: 0 }) : fact("skill.started", start));
}
