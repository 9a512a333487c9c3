/**
 * A command on its way into an actor.
 *
 * @module
 */
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
