/**
 * Given these events, when that command, then these events: how a behavior's rules are specified.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  type Behavior,
  type Decision,
  type EventBody,
  type Facts,
  isRejection,
} from "./behavior.ts";

/** What a scenario ends with. */
export interface Outcome<State, Command, Event> {
  /** The state after the last decision. */
  readonly state: State;
  /** The number of the last event. */
  readonly seq: number;
  /** The last decision; its events are empty when the command was refused. */
  readonly decision: Decision<Command, Event>;
  /** The code of the refusal, or null. */
  readonly rejected: string | null;
}

/** A behavior under test, at some point of its life. */
export class Scenario<State, Command, Event extends EventBody, Limits> {
  readonly #behavior: Behavior<State, Command, Event, Limits>;
  readonly #facts: Facts<Limits>;
  readonly #state: State;

  /** Begins with no events, or in a given state. */
  constructor(
    behavior: Behavior<State, Command, Event, Limits>,
    facts: Facts<Limits>,
    state?: State,
  ) {
    this.#behavior = behavior;
    this.#facts = facts;
    this.#state = state ?? behavior.initial(facts.id);
  }

  /** The state so far. */
  get state(): State {
    return this.#state;
  }

  /** The number of the last event so far. */
  get seq(): number {
    return this.#facts.seq;
  }

  /** Lets events have happened. */
  given(...events: Event[]): Scenario<State, Command, Event, Limits> {
    const { now, seq } = this.#facts;
    const state = events.reduce(
      (state, event, i) => this.#behavior.evolve(state, event, now, seq + i + 1),
      this.#state,
    );
    return new Scenario(this.#behavior, { ...this.#facts, seq: seq + events.length }, state);
  }

  /** Lets time pass. */
  after(ms: number): Scenario<State, Command, Event, Limits> {
    return new Scenario(this.#behavior, { ...this.#facts, now: this.#facts.now + ms }, this.#state);
  }

  /** Sends a command. */
  when(
    command: Command,
  ): Outcome<State, Command, Event> & { then: Scenario<State, Command, Event, Limits> } {
    const decided = this.#behavior.decide(this.#state, command, this.#facts);
    const rejected = isRejection(decided) ? decided.reject.code : null;
    const decision = isRejection(decided) ? { events: [] } : decided;
    const then = this.given(...decision.events);
    assert.deepEqual(
      JSON.parse(JSON.stringify(then.state)),
      then.state,
      "A state must be plain JSON, so that a snapshot can hold it",
    );
    return { state: then.state, seq: then.seq, decision, rejected, then };
  }
}
