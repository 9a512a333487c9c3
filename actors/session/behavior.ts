/**
 * The agent session as an actor.
 *
 * @module
 */
import type { Behavior, Summary } from "../behavior.ts";
import { type SessionCommand, sessionCommandSchema } from "./commands.ts";
import { decide } from "./decide.ts";
import type { SessionLimits } from "./draft.ts";
import type { SessionEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import { pending } from "./pending.ts";
import { questions } from "./questions.ts";
import { initialState, type SessionState, statusOf } from "./state.ts";
import { parseEvent } from "./upcast.ts";

/** The agent session. */
export const session: Behavior<SessionState, SessionCommand, SessionEvent, SessionLimits> = {
  type: "session",
  state_version: 4,
  initial: initialState,
  decide,
  evolve,
  pending,
  parseCommand: (value) => sessionCommandSchema.parse(value),
  parseEvent: (type, v, payload) => parseEvent(type, v, payload),
  summary,
  questions,
};

function summary(state: SessionState): Summary {
  const { agent, metadata, parent, usage, turns, queue, memory } = state;
  return {
    status: statusOf(state),
    label: agent?.name ?? "",
    details: {
      agent_version: agent?.version ?? 0,
      metadata,
      parent: parent?.id ?? null,
      usage,
      turns,
      queued: queue.length,
      memory: {
        noted: memory.noted,
        forgettings: memory.forgettings,
        unwritten: memory.unwritten.length,
      },
    },
  };
}
