/**
 * What the clients asked for, as they wrote it down themselves: nothing here comes from the journal.
 *
 * @module
 */
import type { Address, Json } from "../../actors/behavior.ts";
import { EPOCH_MS } from "./virtual_clock.ts";
import type { SeededRandom } from "./seeded_random.ts";

/** How an operation ended, as far as its client knows. */
export type Known =
  /** Answered: it was done. */
  | "done"
  /** Answered: it was refused and changed nothing. */
  | "refused"
  /** Answered: it was put aside. */
  | "poisoned"
  /** It was stored and will be done; its answer is not known. */
  | "stored"
  /** Nobody knows whether it was done or will be. */
  | "unknown";

/** One operation of one client. */
export interface Operation {
  /** Unique, and found again in what the operation causes. */
  readonly mark: string;
  readonly sender: string;
  readonly address: Address;
  readonly command: Json & { readonly type: string };
  /** The id under which it is repeated until it is answered; null: it is sent once. */
  readonly id: string | null;
  /** How many acknowledgements its client had when it sent this. */
  readonly sent: number;
  /** The post that it was part of, whose commands are stored in order; null if it was sent alone. */
  readonly post: string | null;
  known: Known;
  /** Whether the end of a try is unknown, so that it may be done although a later try was refused. */
  doubtful: boolean;
  /** How many acknowledgements its client had with this one's: it was posted and is stored, or answered. */
  acknowledged: number | null;
  /** When its client was last told how it ended, in simulated milliseconds; null before. */
  told_at: number | null;
}

/** How many ledgers and sessions there are. Few, so that clients meet. */
const LEDGERS = ["a", "b", "c", "d", "e"];
const SESSIONS = ["s1", "s2", "s3"];

/** A ledger, or a session. */
export function ledgerAt(id: string): Address {
  return { tenant: "acme", type: "ledger", id };
}

/** A session. */
export function sessionAt(id: string): Address {
  return { tenant: "acme", type: "session", id };
}

/** All sessions. */
export const ALL_SESSIONS = SESSIONS.map(sessionAt);

/** What makes a session. */
export const CREATE = {
  type: "session.create",
  agent: { name: "assistant", version: 1, spec: {} },
  metadata: {},
};

/** What a client asks for next. */
export interface Wish {
  readonly address: Address;
  readonly command: Json & { readonly type: string };
}

/** Draws what a client asks for. `mark` is found again in what it causes. */
export function drawWish(random: SeededRandom, mark: string, now: number): Wish {
  if (random.chance(0.3)) {
    const address = sessionAt(random.pick(SESSIONS));
    if (random.chance(0.1)) return { address, command: { type: "turn.cancel", reason: mark } };
    const on_busy = random.pick([null, null, "queue", "inject", "interrupt", "reject"]);
    return {
      address,
      command: { type: "message.send", message_id: mark, content: mark, on_busy },
    };
  }
  const address = ledgerAt(random.pick(LEDGERS));
  return { address, command: drawLedgerCommand(random, mark, now) };
}

function drawLedgerCommand(random: SeededRandom, mark: string, now: number): Wish["command"] {
  const draw = random.next();
  if (draw < 0.45) return { type: "note", text: mark };
  if (draw < 0.6) return { type: "tell", to: random.pick(LEDGERS), text: mark };
  if (draw < 0.72) {
    const at = Math.floor(EPOCH_MS + now + random.between(-500, 8_000));
    return { type: "remind", name: random.pick([mark, "shared"]), at, text: mark };
  }
  if (draw < 0.82) return { type: "begin", job: mark, policy: "retry" };
  if (draw < 0.92) return { type: "begin", job: mark, policy: "once" };
  if (draw < 0.95) return { type: "cancel", job: mark };
  return { type: draw < 0.975 ? "refuse" : "boom", mark };
}
