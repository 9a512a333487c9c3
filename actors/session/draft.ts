/**
 * A decision in the making: the events so far, and the state that they lead to. Rules add facts and
 * look at the state after each, so that no rule has to foresee what another did.
 *
 * @module
 */
import type { Decision, Facts, Json, Send, TimerChange } from "../behavior.ts";
import type { ScheduleCommand } from "../schedule/commands.ts";
import type { SessionCommand } from "./commands.ts";
import type { SessionEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import type { SessionState } from "./state.ts";

/** The limits that a session's rules look at. */
export interface SessionLimits {
  readonly mailbox_per_session: number;
  readonly skill_output_model_chars: number;
  /** Skill calls of this risk or more wait for approval, unless the agent says otherwise. */
  readonly require_approval_for_risk: number;
  /** How many levels of sessions may stand below one that nobody delegated to. */
  readonly delegation_depth: number;
  /** Children that work at one time. */
  readonly children_open: number;
  /** Children in the whole life of a session. */
  readonly children_total: number;
  /** Schedules of a session that are not closed. */
  readonly schedules_per_session: number;
  /** Events that memory has yet to act on; 0 where there is no memory. */
  readonly memory_unwritten: number;
}

/** A decision in the making. */
export class Draft {
  /** The state after the events so far. */
  state: SessionState;
  readonly facts: Facts<SessionLimits>;
  #events: SessionEvent[] = [];
  readonly #sends: Send<SessionCommand | ScheduleCommand>[] = [];
  #timers: TimerChange<SessionCommand>[] = [];

  constructor(state: SessionState, facts: Facts<SessionLimits>) {
    this.state = state;
    this.facts = facts;
  }

  /** The number that the next event will have. */
  get nextSeq(): number {
    return this.facts.seq + this.#events.length + 1;
  }

  /** Adds an event. */
  add(event: SessionEvent): void {
    this.state = evolve(this.state, event, this.facts.now, this.nextSeq);
    this.#events.push(event);
  }

  /** Sends a message to another actor. Some event has to go with it. */
  send(send: Send<SessionCommand | ScheduleCommand>): void {
    this.#sends.push(send);
  }

  /** Sets or clears a timer. */
  timer(change: TimerChange<SessionCommand>): void {
    this.#timers.push(change);
  }

  /** The decision. */
  decision(reply: Json): Decision<SessionCommand, SessionEvent> {
    return { events: this.#events, sends: this.#sends, timers: this.#timers, reply };
  }
}
