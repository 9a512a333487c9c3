/**
 * The schedule as an actor: a message that goes out at certain times.
 *
 * @module
 */
import type { Behavior, Summary } from "../behavior.ts";
import { type ScheduleCommand, scheduleCommandSchema } from "./commands.ts";
import { decideSchedule } from "./decide.ts";
import { parseScheduleEvent, type ScheduleEvent } from "./events.ts";
import { evolveSchedule, initialSchedule, type ScheduleState } from "./state.ts";

/** A message that goes out at certain times. It owes no effects: its timer is all that it waits for. */
export const schedule: Behavior<ScheduleState, ScheduleCommand, ScheduleEvent, unknown> = {
  type: "schedule",
  state_version: 1,
  initial: initialSchedule,
  decide: decideSchedule,
  evolve: evolveSchedule,
  pending: () => [],
  parseCommand: (value) => scheduleCommandSchema.parse(value),
  parseEvent: parseScheduleEvent,
  summary,
  questions: () => [],
};

/** The label is the session that the messages go to; empty when each goes to a new one. */
function summary(state: ScheduleState): Summary {
  const { phase, outcome, name, content, task, next, fired, missed, last } = state;
  const target = task?.target;
  const session = target && "session" in target ? target.session : null;
  const agent = target && "agent" in target ? target.agent : null;
  return {
    status: phase,
    label: session ?? "",
    details: {
      outcome,
      name,
      content,
      session,
      agent: agent?.name ?? null,
      agent_version: agent?.version ?? null,
      plan: task?.plan ?? null,
      next,
      fired,
      missed,
      last,
    },
  };
}
