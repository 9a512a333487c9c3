/**
 * From commands and a state to a commit: pure.
 *
 * All commands that wait for an actor are decided in one step, one after the other, each on the state
 * that the one before it left, and go out in one commit.
 *
 * @module
 */
import {
  type Address,
  type Behavior,
  type EventBody,
  isRejection,
  type Json,
  type QuestionChange,
  type Send,
  type TimerChange,
} from "../../actors/behavior.ts";
import { canonicalJson } from "../journal/canonical_json.ts";
import { hashEvent } from "../journal/hash_chain.ts";
import type { HandledMark, NewEvent, TimerRow } from "../journal/port.ts";
import { asJournaled } from "./as_journaled.ts";
import type { Delivery } from "./delivery.ts";
import type { Answer } from "./port.ts";

/** Any actor type. */
export type AnyBehavior = Behavior<unknown, unknown, EventBody, unknown>;

/** An actor in memory: what its journal says, and nothing else. */
export interface LiveActor {
  readonly state: unknown;
  readonly seq: number;
  /** The hash of the last event. */
  readonly hash: string;
}

/** What a step needs to know. */
export interface StepContext {
  readonly address: Address;
  readonly behavior: AnyBehavior;
  /** The behavior's own limits. */
  readonly limits: unknown;
  readonly now: number;
}

/** What a step leads to. */
export interface Step {
  /** The actor once the commit is through. */
  readonly after: LiveActor;
  readonly events: readonly NewEvent[];
  readonly sends: readonly Send<unknown>[];
  readonly timers: readonly TimerRow[];
  readonly questions: readonly QuestionChange[];
  readonly handled: readonly HandledMark[];
  /** How each decided command ended. */
  readonly answers: readonly { readonly delivery: Delivery; readonly answer: Answer }[];
  /** The command on which the actor threw; those after it were not looked at. */
  readonly poison: { readonly delivery: Delivery; readonly error: unknown } | null;
}

/** Decides commands in order, until one makes the actor throw or repeats an id of this step. */
export function step(
  before: LiveActor,
  deliveries: readonly Delivery[],
  context: StepContext,
): Step {
  const work = new Work(before, context);
  const seen = new Set<string>();
  for (const delivery of deliveries) {
    if (seen.has(delivery.id)) return work.result(null);
    seen.add(delivery.id);
    try {
      work.decide(delivery);
    } catch (error) {
      return work.result({ delivery, error });
    }
  }
  return work.result(null);
}

/** A step under way. */
class Work {
  readonly #context: StepContext;
  #actor: LiveActor;
  readonly #events: NewEvent[] = [];
  readonly #sends: Send<unknown>[] = [];
  readonly #timers: TimerRow[] = [];
  readonly #questions: QuestionChange[] = [];
  readonly #handled: HandledMark[] = [];
  readonly #answers: { delivery: Delivery; answer: Answer }[] = [];

  constructor(before: LiveActor, context: StepContext) {
    this.#actor = before;
    this.#context = context;
  }

  /** Decides one command. If it throws, nothing of it stays. */
  decide(delivery: Delivery): void {
    const { address, behavior, limits, now } = this.#context;
    const command = behavior.parseCommand(asJournaled(delivery.command));
    const facts = { now, seq: this.#actor.seq, id: address.id, limits, cause: delivery.id };
    const outcome = behavior.decide(this.#actor.state, command, facts);
    if (isRejection(outcome)) return this.#settle(delivery, { reject: outcome.reject });
    const { actor, events } = this.#evolve(outcome.events, delivery.id);
    const questions = outcome.events.flatMap((event) => behavior.questions(event));
    this.#actor = actor;
    this.#events.push(...events);
    this.#questions.push(...questions);
    this.#sends.push(...outcome.sends ?? []);
    this.#settle(delivery, { reply: outcome.reply ?? null, repeated: false });
    this.#timers.push(...(outcome.timers ?? []).map(timerRow));
  }

  #evolve(bodies: readonly EventBody[], cause: string): { actor: LiveActor; events: NewEvent[] } {
    const { address, behavior, now } = this.#context;
    let actor = this.#actor;
    const events = bodies.map((body): NewEvent => {
      const header = { seq: actor.seq + 1, type: body.type, v: body.v, cause, at: now };
      const text = canonicalJson(body.payload);
      const hash = hashEvent(actor.hash, address, header, text);
      actor = { state: behavior.evolve(actor.state, body, now, header.seq), seq: header.seq, hash };
      return { ...header, payload: body.payload as Json, hash, text };
    });
    return { actor, events };
  }

  /** Notes how a command ended, and what must be remembered or cleared because of it. */
  #settle(delivery: Delivery, answer: Answer): void {
    this.#answers.push({ delivery, answer });
    if (delivery.timer) this.#timers.push({ op: "fired", ...delivery.timer });
    // A refused direct command has changed nothing, so there is nothing to remember.
    const remember = delivery.origin === "mailbox" ||
      (delivery.digest !== null && !isRejection(answer));
    if (remember) this.#handled.push(handledMark(delivery, answer));
  }

  result(poison: Step["poison"]): Step {
    return {
      after: this.#actor,
      events: this.#events,
      sends: this.#sends,
      timers: this.#timers,
      questions: this.#questions,
      handled: this.#handled,
      answers: this.#answers,
      poison,
    };
  }
}

/** What is remembered of a command: its answer, so that a repetition gets the same one. */
export function handledMark(delivery: Delivery, answer: Answer): HandledMark {
  const { id, digest } = delivery;
  const refused = isRejection(answer);
  return { id, digest: digest ?? "", reply: answer as unknown as Json, refused };
}

function timerRow(change: TimerChange<unknown>): TimerRow {
  const { name, at, command } = change;
  return at === null
    ? { op: "clear", name }
    : { op: "set", name, at, command: (command ?? null) as Json };
}

/** Whether a step has anything to commit. */
export function isEmpty(step: Step): boolean {
  return step.events.length === 0 && step.handled.length === 0 && step.timers.length === 0 &&
    step.sends.length === 0;
}
