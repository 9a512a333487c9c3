/**
 * Poison: a command that makes its actor throw again and again is put aside, so that the others go on.
 *
 * @module
 */
import type { Json, Rejection } from "../../actors/behavior.ts";
import { SynapseError } from "../errors.ts";
import type { NewDeadLetter } from "../journal/directory_port.ts";
import type { Delivery } from "./delivery.ts";
import { handledMark, type LiveActor, type Step } from "./step.ts";

/** What is written, and answered, when a command is put aside. */
export interface Burial {
  readonly step: Step;
  readonly dead: NewDeadLetter;
  /** What the command's sender is told. */
  readonly error: SynapseError;
}

/**
 * Puts a command aside.
 *
 * @param id the dead letter's id
 * @param error what the actor threw last
 */
export function bury(actor: LiveActor, delivery: Delivery, id: string, error: string): Burial {
  const { command, sender, attempts, timer } = delivery;
  const message =
    `Command ${delivery.id} failed ${attempts} times (${error}) and was put aside as dead letter ${id}`;
  const answer: Rejection = {
    reject: { code: "command_poisoned", message, data: { dead_letter: id } },
  };
  return {
    error: new SynapseError("command_poisoned", message, { data: { dead_letter: id } }),
    dead: { id, command_id: delivery.id, command: command as Json, sender, error, attempts },
    step: {
      after: actor,
      events: [],
      sends: [],
      timers: timer ? [{ op: "fired", ...timer }] : [],
      questions: [],
      // The end of an effect and a timer are not remembered by their ids, which may come again.
      // Not as a refusal, after which it could be sent again: only the dead letter comes back.
      handled: delivery.digest === null
        ? []
        : [{ ...handledMark(delivery, answer), refused: false }],
      answers: [{ delivery, answer }],
      poison: null,
    },
  };
}
