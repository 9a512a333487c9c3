/**
 * Brings commands from an actor's durable mailbox into its inbox.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { Clock } from "../clock.ts";
import type { MailboxStore } from "../journal/port.ts";
import { fromMailbox } from "./delivery.ts";
import type { Inbox } from "./inbox.ts";

/** Rows read at once. */
const ROWS = 64;

/** What feeding needs. */
export interface FeederOptions {
  readonly address: Address;
  readonly journal: Pick<MailboxStore, "take">;
  readonly clock: Clock;
  readonly inbox: Inbox;
}

/** Feeds one actor. */
export class Feeder {
  readonly #options: FeederOptions;
  #due = false;
  /** How many of the next rows waited before the actor was loaded; infinite: as many as come at once. */
  #early = 0;

  constructor(options: FeederOptions) {
    this.#options = options;
  }

  /** Whether the mailbox may hold something. */
  get due(): boolean {
    return this.#due;
  }

  /** Hears that the mailbox may hold something. */
  note(): void {
    this.#due = true;
  }

  /**
   * Hears how many commands waited when the actor was loaded; null: it was not asked. They were accepted
   * before anybody was here to be told, so they go before what came directly and had it loaded. Those
   * accepted later do not: somebody waits for an answer, and they might never end.
   */
  loaded(waiting: number | null): void {
    this.#early = waiting ?? Infinity;
    if (waiting !== 0) this.#due = true;
  }

  /**
   * Reads, when all that was read before is handled: a row that ends the process must not be taken for
   * one that was read beside it.
   */
  async feed(): Promise<void> {
    const { address, journal, clock, inbox } = this.#options;
    if (!this.#due || inbox.hasRows) return;
    this.#due = false;
    const rows = await journal.take(address, ROWS, inbox.ids).catch((error) => {
      this.#due = true;
      throw error;
    });
    // The store may give fewer than there are.
    if (rows.length > 0) this.#due = true;
    const early = this.#early;
    const goesOn = early < Infinity || rows.length === ROWS;
    this.#early = goesOn ? Math.max(0, early - rows.length) : 0;
    for (const [i, row] of rows.entries()) {
      inbox.add(fromMailbox(row, clock.monotonic()), i < early);
    }
  }
}
