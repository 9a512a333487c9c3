/**
 * Notices that a socket takes nobody in any more, which the program is not told of: it happens when file
 * descriptors run out, whoever uses them up.
 *
 * @module
 */
import type { Clock } from "../clock.ts";

/** How long it is from one try to the next, in milliseconds. */
const EVERY_MS = 10_000;

/** How long a try may take, in milliseconds. */
const TRY_MS = 5000;

/** After how many failed tries in a row it is certain. */
const TRIES = 3;

/** Tries, again and again, whether a socket takes in a client. */
export class Hearing implements AsyncDisposable {
  readonly #hears: (ms: number, signal: AbortSignal) => Promise<boolean>;
  readonly #clock: Clock;
  readonly #ended = new AbortController();
  readonly #loop: Promise<void>;
  #failed = 0;

  /** @param hears whether the socket takes in a client within `ms` milliseconds, or the signal aborts first */
  constructor(hears: (ms: number, signal: AbortSignal) => Promise<boolean>, clock: Clock) {
    this.#hears = hears;
    this.#clock = clock;
    this.#loop = this.#listen();
  }

  /** Why only a new start helps, or null. */
  deaf(): string | null {
    if (this.#failed < TRIES) return null;
    return "the node takes no connections any more, not even its own";
  }

  async #listen(): Promise<void> {
    const { signal } = this.#ended;
    for (;;) {
      await this.#clock.sleep(EVERY_MS, signal);
      if (signal.aborted) return;
      this.#failed = await this.#hears(TRY_MS, signal) ? 0 : this.#failed + 1;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#loop;
  }
}
