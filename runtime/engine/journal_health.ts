/**
 * Whether the journal can be written. While it cannot, new commands are refused at once, work already
 * done waits in memory, and the journal is tried again and again.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { errorMessage } from "../errors.ts";
import type { Journal } from "../journal/port.ts";
import type { Logger } from "../telemetry/port.ts";

/** How often a journal that failed is tried again, in milliseconds. */
const PROBE_MS = 500;

/** Knows whether the journal can be written. */
export class JournalHealth {
  readonly #journal: Pick<Journal, "check">;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #stopped: AbortSignal;
  #trouble: string | null = null;
  #recovery: Promise<void> | null = null;

  constructor(journal: Pick<Journal, "check">, clock: Clock, log: Logger, stopped: AbortSignal) {
    this.#journal = journal;
    this.#clock = clock;
    this.#log = log;
    this.#stopped = stopped;
  }

  /** Why the journal cannot be written, or null. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Notes that the journal failed. */
  note(error: unknown): void {
    this.#trouble = errorMessage(error);
    this.#recovery ??= this.#probe();
  }

  /** Resolves when the journal can be written again, or the node stops. */
  async recovered(): Promise<void> {
    await this.#recovery;
  }

  async #probe(): Promise<void> {
    this.#log.error(
      { reason: this.#trouble },
      "Journal cannot be written; commands are refused until it can",
    );
    while (!this.#stopped.aborted) {
      await this.#clock.sleep(PROBE_MS, this.#stopped);
      try {
        await this.#journal.check();
      } catch (error) {
        this.#trouble = errorMessage(error);
        continue;
      }
      // Both at once: trouble noted from here on has a recovery of its own.
      this.#trouble = null;
      this.#recovery = null;
      this.#log.info({}, "Journal can be written again");
      return;
    }
  }
}
