/**
 * Delegation: a call becomes a session of its own, which answers once, by a message. Meanwhile the
 * parent owes nothing and may leave memory.
 *
 * An answer that no call waits for is from before a cancel: it changes nothing.
 *
 * @module
 */
import type { Json } from "../behavior.ts";
import type { CommandOf } from "./commands.ts";
import { DELEGATE, readDelegation } from "./delegation.ts";
import type { Draft } from "./draft.ts";
import { fact } from "./events.ts";
import { afterResult, underWay } from "./on_skill_result.ts";
import { startTurn } from "./turns.ts";

/** Begins as the child of another session, and with its task. */
export function onSpawn(draft: Draft, command: CommandOf<"session.spawn">): Json {
  const { agent, parent, task } = command;
  // Members in the order in which the journal gives them back.
  const metadata = { depth: parent.depth, parent: parent.id };
  draft.add(fact("session.spawned", { agent, metadata, parent }));
  draft.add(fact("message.received", { ...task, disposition: "start" }));
  startTurn(draft);
  return { id: draft.facts.id };
}

/** Makes the session that works on a call. No caller can choose an id with a `~`. */
export function onChildSpawn(draft: Draft, command: CommandOf<"child.spawn">): void {
  const { call_id, agent } = command;
  const call = underWay(draft, call_id);
  const delegation = call?.skill === DELEGATE ? readDelegation(call.input) : null;
  if (!delegation) return;
  const { id } = draft.facts;
  const child_id = `${id}~${draft.nextSeq}`;
  const depth = (draft.state.parent?.depth ?? 0) + 1;
  const { name, version: agent_version } = agent;
  draft.add(fact("child.spawned", { call_id, child_id, agent: name, agent_version, depth }));
  draft.send({
    to: { type: "session", id: child_id },
    command: {
      type: "session.spawn",
      agent,
      parent: { id, call_id, depth },
      task: { message_id: `msg_${child_id}`, content: delegation.task },
    },
  });
}

/** Takes a child's answer as the result of the call that it works on. */
export function onChildReply(draft: Draft, command: CommandOf<"child.reply">): void {
  const { call_id, child_id, outcome, text, error, usage } = command;
  const child = draft.state.turn?.calls.find((call) => call.call_id === call_id)?.child;
  if (child?.id !== child_id) return;
  const ms = Math.max(0, draft.facts.now - child.since);
  draft.add(fact("child.replied", { call_id, child_id, outcome, usage }));
  if (error) {
    const message = `Session ${child_id} did not complete its task: ${error.message}`;
    draft.add(fact("skill.failed", { call_id, error: { code: error.code, message }, ms }));
  } else {
    const shown_chars = draft.facts.limits.skill_output_model_chars;
    draft.add(fact("skill.completed", { call_id, output: text, shown_chars, via: "message", ms }));
  }
  afterResult(draft);
}
