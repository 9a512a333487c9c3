/**
 * The skill `delegate`: what it is given, and when a call of it is refused.
 *
 * @module
 */
import { z } from "zod";
import type { Json } from "../behavior.ts";
import { agentNameSchema, ASSISTANT } from "./agent.ts";
import type { Draft } from "./draft.ts";
import type { Fault } from "./values.ts";

/** The skill's name. The session itself carries it out. */
export const DELEGATE = "delegate";

/** As in `skills/delegate.ts`; a person may have edited the input since that was checked. */
const delegationSchema = z.object({
  agent: agentNameSchema.default(ASSISTANT),
  task: z.string().min(1),
});

/** What a call delegates, and to which agent. */
export type Delegation = z.output<typeof delegationSchema>;

/** Reads a call's input; null if it is none. */
export function readDelegation(input: Json): Delegation | null {
  return delegationSchema.safeParse(input).data ?? null;
}

/** Why a call with this input cannot be started now, or null. */
export function delegationFault(draft: Draft, input: Json): Fault | null {
  const { parent, turn, children } = draft.state;
  const { delegation_depth, children_open, children_total } = draft.facts.limits;
  if (!readDelegation(input)) {
    const message = "Input is not a task for an agent, wanted {agent?: NAME, task: TEXT}";
    return { code: "skill_invalid_input", message };
  }
  const depth = parent?.depth ?? 0;
  if (depth >= delegation_depth) {
    const message = `Session is at depth ${depth} of delegation, ` +
      `wanted less than ${delegation_depth}; do the task here`;
    return { code: "delegation_too_deep", message };
  }
  const calls = turn?.calls.filter(({ skill }) => skill === DELEGATE) ?? [];
  const spawning = calls.filter(({ status }) => status === "started").length;
  const open = spawning + calls.filter(({ status }) => status === "delegated").length;
  if (open >= children_open) {
    const message = `Session waits for ${open} sessions, ` +
      `wanted fewer than ${children_open} at one time; delegate again when one has answered`;
    return { code: "too_many_children", message };
  }
  if (children + spawning >= children_total) {
    const message = `Session has delegated ${children + spawning} times, ` +
      `wanted fewer than ${children_total}; do the task here`;
    return { code: "too_many_children", message };
  }
  return null;
}
