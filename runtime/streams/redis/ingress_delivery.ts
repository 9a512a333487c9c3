/**
 * Brings commands to their sessions: those of one session one after the other, those of different
 * sessions at the same time.
 *
 * @module
 */
import { type Address, isRejection, type Rejection } from "../../../actors/behavior.ts";
import type { Clock } from "../../clock.ts";
import type { Answer, PostedCommand, Poster } from "../../engine/port.ts";
import { errorCode, errorMessage, SynapseError } from "../../errors.ts";

/** Milliseconds until the first further try; each one after waits twice as long. */
export const RETRY_MS = 100;

/** The longest wait between two tries, in milliseconds. */
export const RETRY_MS_MAX = 3000;

/** How long a message waits for room behind the session's running turn, in milliseconds. */
const FULL_MS = 30_000;

/**
 * How a command ended.
 *
 * - `done`: it was handled.
 * - `dead`: it never will be, and why.
 * - `later`: it is stored and not answered yet, or the run ends: it is to be posted again.
 */
export type Delivered =
  | { readonly kind: "done" | "later" }
  | { readonly kind: "dead"; readonly code: string; readonly message: string };

/** What the delivery needs. */
export interface IngressDeliveryOptions {
  readonly engine: Poster;
  readonly clock: Clock;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
}

/** One session's commands. */
interface Lane {
  tail: Promise<unknown>;
  /** Whether a message waited in vain for room: those after it do not wait, until one finds some. */
  full: boolean;
}

/** The delivery. */
export class IngressDelivery {
  readonly #options: IngressDeliveryOptions;
  readonly #lanes = new Map<string, Lane>();

  constructor(options: IngressDeliveryOptions) {
    this.#options = options;
  }

  /** Delivers after everything that was given before for that session. Never rejects. */
  deliver(command: PostedCommand): Promise<Delivered> {
    const key = laneOf(command.address);
    const lane = this.#lanes.get(key) ?? { tail: Promise.resolve(), full: false };
    this.#lanes.set(key, lane);
    const delivered = lane.tail.then(() => this.#deliver(command, lane));
    lane.tail = delivered;
    return delivered.finally(() => {
      if (lane.tail === delivered) this.#lanes.delete(key);
    });
  }

  async #deliver(command: PostedCommand, lane: Lane): Promise<Delivered> {
    const { clock, signal } = this.#options;
    const patience = lane.full ? 0 : FULL_MS;
    const until = clock.monotonic() + patience;
    for (let wait_ms = RETRY_MS; !signal.aborted; wait_ms = Math.min(wait_ms * 2, RETRY_MS_MAX)) {
      const outcome = await this.#try(command);
      const full = outcome.kind === "dead" && outcome.code === "mailbox_full";
      if (!full || clock.monotonic() >= until) {
        lane.full = full;
        return outcome;
      }
      await clock.sleep(wait_ms, signal);
    }
    return { kind: "later" };
  }

  /** Posts until it is stored, and then waits for the answer. */
  async #try(command: PostedCommand): Promise<Delivered> {
    const answering = await this.#store(command);
    if (answering === null) return { kind: "later" };
    if ("kind" in answering) return answering;
    try {
      const answer = await answering.answer;
      return isRejection(answer) ? refused(answer) : { kind: "done" };
    } catch (error) {
      return deadly(error) ?? { kind: "later" };
    }
  }

  async #store(
    command: PostedCommand,
  ): Promise<{ readonly answer: Promise<Answer> } | Delivered | null> {
    const { engine, clock, signal } = this.#options;
    for (let wait_ms = RETRY_MS; !signal.aborted; wait_ms = Math.min(wait_ms * 2, RETRY_MS_MAX)) {
      try {
        const [answer] = await engine.post([command]);
        if (answer) return { answer };
      } catch (error) {
        const dead = deadly(error);
        if (dead) return dead;
      }
      await clock.sleep(wait_ms, signal);
    }
    return null;
  }
}

function refused({ reject: { code, message } }: Rejection): Delivered {
  return { kind: "dead", code, message };
}

/** Null for an error after which the same command may succeed. */
function deadly(error: unknown): Delivered | null {
  if (error instanceof SynapseError && error.reaction !== "reject") return null;
  return { kind: "dead", code: errorCode(error), message: errorMessage(error) };
}

function laneOf({ tenant, id }: Address): string {
  return `${tenant}/${id}`;
}
