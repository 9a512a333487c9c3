/**
 * The browser, as the page uses it: time, randomness, the network, storage, addresses. Everything else
 * of the page gets it from here, so that tests can put something else in its place.
 *
 * @module
 */
import type { Clock } from "../../../clock.ts";
import { type Entropy, systemEntropy } from "../../../entropy.ts";
import { sleepOnce } from "../../../timer.ts";

/** What the page needs of the world. */
export interface World {
  readonly clock: Pick<Clock, "now" | "sleep">;
  readonly entropy: Entropy;
  readonly fetch: (url: URL, init: RequestInit) => Promise<Response>;
  /** What lasts as long as the tab. */
  readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  /** Where the page is; what it asks for is relative to that. */
  readonly address: string;
}

/** The browser itself. */
export function browserWorld(): World {
  return {
    clock: { now: () => Date.now(), sleep: sleepOnce },
    entropy: systemEntropy,
    fetch: (url, init) => fetch(url, init),
    storage: sessionStorage,
    address: document.baseURI,
  };
}
