/**
 * What an actor is: four pure functions over its state, and two that tell others about it.
 *
 * The shell owns the journal, the clock and the world. It calls `decide` with a command, appends the
 * events in one commit, folds them with `evolve`, and then makes the world match `pending`: effects
 * that are newly owed are started, and running ones that are no longer owed are aborted. There is no
 * second list of effects to keep in step, so none can be forgotten after a crash or started without
 * the event that justifies it.
 *
 * This file imports nothing.
 *
 * @module
 */

/** Anything that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | {
  readonly [key: string]: Json;
};

/** Where an actor lives: every query, table and stream name starts with the tenant. */
export interface Address {
  /** Whose it is. */
  readonly tenant: string;
  /** The actor's type, as in `session`. */
  readonly type: string;
  /** Unique within tenant and type. */
  readonly id: string;
}

/** A fact to be journaled: what happened, and the version of its shape. */
export interface EventBody {
  /** What happened, in the past tense. */
  readonly type: string;
  /** The version of the payload's shape, from 1. */
  readonly v: number;
  /** Plain JSON; members that are undefined count as absent. */
  readonly payload: unknown;
}

/** Work that the shell owes an actor, and what to do about it when a crash interrupts it. */
export interface Effect {
  /** Unique within the actor. The result comes back as a command that names it. */
  readonly id: string;
  /** Which handler carries it out. */
  readonly kind: string;
  /**
   * `retry`: run it again after a crash. `once`: it may have happened; ask its handler, and if that
   * does not know either, tell the actor so.
   */
  readonly policy: "retry" | "once";
  /** What the handler needs; shaped by `kind`. */
  readonly input: unknown;
}

/** A message to another actor. It is written to the recipient's mailbox in the sender's commit. */
export interface Send<Command> {
  /** An actor of the sender's tenant. */
  readonly to: Omit<Address, "tenant">;
  /** What it is asked. */
  readonly command: Command;
}

/** Sets the actor's timer of that name, or clears it (`at: null`). `at`: milliseconds since the epoch. */
export interface TimerChange<Command> {
  /** Unique within the actor. */
  readonly name: string;
  /** When it is due; null clears it. */
  readonly at: number | null;
  /** What the actor is sent then. */
  readonly command?: Command;
}

/** What a command causes: all of it in one commit, or nothing. */
export interface Decision<Command, Event> {
  /** The facts, in order. */
  readonly events: readonly Event[];
  /** Messages to other actors, each of which reads what it is sent by itself. */
  readonly sends?: readonly Send<unknown>[];
  /** Timers set and cleared. */
  readonly timers?: readonly TimerChange<Command>[];
  /** The answer for whoever sent the command; it leaves after the commit. */
  readonly reply?: Json;
}

/** A refusal, as data: nothing is journaled and nothing changes. */
export interface Rejection {
  /** Why. */
  readonly reject: {
    /** Stable; what callers compare. */
    readonly code: string;
    /** For people. */
    readonly message: string;
    /** For machines. */
    readonly data?: Readonly<Record<string, Json>>;
  };
}

/** What the outside knows at the moment of a decision. */
export interface Facts<Limits> {
  /** Milliseconds since the epoch, by the journal's clock. */
  readonly now: number;
  /** The number of the actor's last event; the first one that this decision adds is `seq + 1`. */
  readonly seq: number;
  /** The actor's own id. */
  readonly id: string;
  /** The limits in force. */
  readonly limits: Limits;
  /** The id of the command being decided: unique, and the same whenever it is decided again. */
  readonly cause: string;
}

/** What a list of actors shows of one, kept beside it in the directory. */
export interface Summary {
  /** A word to filter by. */
  readonly status: string;
  /** A second word to filter by; for a session, the agent's name. */
  readonly label: string;
  /** Whatever else a list shows. */
  readonly details: Json;
}

/** A change to the view of questions that wait for a person. */
export type QuestionChange =
  | { readonly op: "ask"; readonly id: string; readonly kind: string; readonly details: Json }
  | {
    readonly op: "settle";
    readonly id: string;
    readonly outcome: string;
    readonly details: Json;
  };

/** The pure code of an actor type. */
export interface Behavior<State, Command, Event extends EventBody, Limits> {
  /** The first half of the address, as in `session/ses_1`. */
  readonly type: string;
  /**
   * The version of the state's shape and meaning, from 1. Raise it with every change to what `evolve`
   * makes of the same events: saved states of other versions are not used, and computed anew.
   */
  readonly state_version: number;
  /** The state before the first event. */
  initial(id: string): State;
  /** What a command causes. Throws only on a defect. */
  decide(
    state: State,
    command: Command,
    facts: Facts<Limits>,
  ): Decision<Command, Event> | Rejection;
  /** The state after one more fact. Total: it refuses nothing and reads no clock. `at` is the event's time. */
  evolve(state: State, event: Event, at: number, seq: number): State;
  /** The effects owed in this state. */
  pending(state: State): readonly Effect[];
  /** Reads a command from the durable mailbox. Throws on one it does not know. */
  parseCommand(value: unknown): Command;
  /** Reads an event of any version ever written as the present one. Throws on one it does not know. */
  parseEvent(type: string, v: number, payload: Json): Event;
  /** What lists show. */
  summary(state: State): Summary;
  /** What an event means for the people who are asked questions. */
  questions(event: Event): readonly QuestionChange[];
}

/** Whether a decision is a refusal. */
export function isRejection(outcome: object): outcome is Rejection {
  return "reject" in outcome;
}
