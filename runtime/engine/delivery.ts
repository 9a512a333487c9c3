/**
 * A command on its way into an actor.
 *
 * @module
 */
import type { DueTimer, MailboxRow } from "../journal/port.ts";
import type { Answer } from "./port.ts";

/** A command on its way into an actor. */
export interface Delivery {
  /** The command's id; the `cause` of the events it leads to. */
  readonly id: string;
  readonly command: unknown;
  readonly sender: string;
  /**
   * - `direct`: somebody waits for the answer and will see an error; nothing is stored yet.
   * - `mailbox`: it stands in the durable mailbox.
   * - `effect`: the end of an effect; its work must not be lost.
   * - `timer`: a timer's row stands for it.
   */
  readonly origin: "direct" | "mailbox" | "effect" | "timer";
  /** For a direct command whose sender may repeat it: the digest to remember it by. */
  readonly digest: string | null;
  /** The timer it comes from. */
  readonly timer: { readonly name: string; readonly at: number } | null;
  /** Tries that made the actor throw, or ended the process. Counts up. */
  attempts: number;
  /** Monotonic milliseconds. */
  readonly received_at: number;
  /** Tells the sender how it ended. */
  readonly settle: (answer: Answer) => void;
  /** Tells the sender that it did not get done. */
  readonly fail: (error: unknown) => void;
}

/** Nobody waits: what has to last is in the journal. */
export const NOBODY: Pick<Delivery, "settle" | "fail"> = { settle: () => {}, fail: () => {} };

/** What the id of an effect's end begins with. */
const EFFECT = "effect:";

/** The end of an effect on its way into its actor. */
export function effectEnd(effect_id: string, command: unknown, received_at: number): Delivery {
  const id = EFFECT + effect_id;
  const origin = "effect" as const;
  return {
    ...NOBODY,
    id,
    command,
    sender: origin,
    origin,
    digest: null,
    timer: null,
    attempts: 0,
    received_at,
  };
}

/** The effect whose end a delivery is. */
export function effectOf(delivery: Delivery): string {
  return delivery.id.slice(EFFECT.length);
}

/** A row of the durable mailbox on its way into its actor. */
export function fromMailbox(row: MailboxRow, received_at: number): Delivery {
  const { id, command, sender } = row;
  // The store counts this time as well.
  const attempts = row.attempts - 1;
  return {
    ...NOBODY,
    id,
    command,
    sender,
    origin: "mailbox",
    digest: "",
    timer: null,
    attempts,
    received_at,
  };
}

/** A timer that is due on its way into its actor. */
export function fromTimer({ name, at, command }: DueTimer, received_at: number): Delivery {
  const id = `timer:${name}:${at}`;
  const origin = "timer" as const;
  return {
    ...NOBODY,
    id,
    command,
    sender: origin,
    origin,
    digest: null,
    timer: { name, at },
    attempts: 0,
    received_at,
  };
}
