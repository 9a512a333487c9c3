/**
 * Places for those who watch a session: event streams, and requests that wait for a reply. Each holds
 * a watch and a connection for as long as it likes, so their number is bounded.
 *
 * @module
 */
import { SynapseError } from "../errors.ts";

/** The places of one node. */
export class Seats {
  readonly #limit: number;
  #taken = 0;

  /** @param limit how many there are */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes a place. Disposing of it, once or more often, gives it back.
   *
   * @throws {SynapseError} `rate_limited` if none is free
   */
  take(): Disposable {
    if (this.#taken >= this.#limit) {
      throw new SynapseError(
        "rate_limited",
        `All ${this.#limit} places for event streams and waiting requests are taken, wanted a free one`,
        { data: { limit: this.#limit } },
      );
    }
    this.#taken += 1;
    let mine = true;
    return {
      [Symbol.dispose]: () => {
        if (mine) this.#taken -= 1;
        mine = false;
      },
    };
  }
}
