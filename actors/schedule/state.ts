/**
 * What a schedule remembers, and what facts do to it.
 *
 * @module
 */
import type { Target } from "./commands.ts";
import type { ScheduleEvent } from "./events.ts";
import type { Plan } from "./plan.ts";

/** A schedule. Plain JSON; times are in milliseconds since the epoch. */
export interface ScheduleState {
  readonly id: string;
  readonly phase: "new" | "active" | "paused" | "closed";
  /** How it came to be closed. */
  readonly outcome: "done" | "cancelled" | null;
  readonly name: string | null;
  readonly content: string;
  /** To whom, and when; null only before it is created. */
  readonly task: { readonly target: Target; readonly plan: Plan } | null;
  /** When it is due next; null when it is not active. */
  readonly next: number | null;
  /** How often it sent its message, and how many times it could not keep. */
  readonly fired: number;
  readonly missed: number;
  /** The last time that it kept, and to which session the message went. */
  readonly last: { readonly planned: number; readonly session: string } | null;
}

/** The state before the first event. */
export function initialSchedule(id: string): ScheduleState {
  return {
    id,
    phase: "new",
    outcome: null,
    name: null,
    content: "",
    task: null,
    next: null,
    fired: 0,
    missed: 0,
    last: null,
  };
}

/** The state after one more event. Total, like every `evolve`. */
export function evolveSchedule(state: ScheduleState, event: ScheduleEvent): ScheduleState {
  switch (event.type) {
    case "schedule.created": {
      const { target, plan, content, name, next } = event.payload;
      return { ...state, phase: "active", task: { target, plan }, content, name, next };
    }
    case "schedule.fired": {
      const { planned, missed, session, next } = event.payload;
      return {
        ...state,
        next,
        fired: state.fired + 1,
        missed: state.missed + missed,
        last: { planned, session },
      };
    }
    case "schedule.paused":
      return { ...state, phase: "paused", next: null };
    case "schedule.resumed":
      return { ...state, phase: "active", next: event.payload.next };
    case "schedule.closed":
      return { ...state, phase: "closed", next: null, outcome: event.payload.outcome };
    default:
      return event satisfies never;
  }
}
