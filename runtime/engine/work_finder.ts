/**
 * Finds the actors that have something to do and were not told: at start, after a notice was lost,
 * after one was dropped. Whoever is told at once does not wait for this.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { Clock } from "../clock.ts";
import type { Directory, Page } from "../journal/directory_port.ts";
import type { MailboxStore } from "../journal/port.ts";

/** How often it looks, in milliseconds. */
const LOOK_MS = 3000;

/** How soon it looks again when there was no room for all it found, in milliseconds. */
const FULL_LOOK_MS = 50;

/** Actors read at a time. */
const PAGE = 256;

/** What the finder needs. */
export interface WorkFinderOptions {
  readonly journal: Pick<Directory, "owed"> & Pick<MailboxStore, "backlog">;
  readonly clock: Clock;
  /** The partitions that this node holds. */
  readonly partitions: () => readonly number[];
  /** How many actors may be live. */
  readonly actors_max: number;
  /** Has an actor resume what it owes, unless it is at it. Returns whether there was room for it. */
  readonly wake: (address: Address) => boolean;
  /** Has an actor look into its durable mailbox, unless it is at it. Returns whether there was room for it. */
  readonly feed: (address: Address) => boolean;
  /** Hears of what goes wrong, and resolves when it makes sense to go on. */
  readonly onError: (error: unknown) => Promise<void>;
}

/** The finder of one node. */
export class WorkFinder {
  readonly #options: WorkFinderOptions;

  constructor(options: WorkFinderOptions) {
    this.#options = options;
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, onError } = this.#options;
    while (!signal.aborted) {
      let wait = LOOK_MS;
      try {
        if (!await this.#look(signal)) wait = FULL_LOOK_MS;
      } catch (error) {
        await onError(error);
      }
      await clock.sleep(wait, signal);
    }
  }

  /** Tells all that it finds. Returns whether there was room for all. */
  async #look(signal: AbortSignal): Promise<boolean> {
    const { journal, clock, partitions, actors_max, wake, feed } = this.#options;
    let cursor: string | null = null;
    do {
      const page: Page<Address> = await journal.owed(partitions(), { cursor, limit: PAGE });
      if (signal.aborted) return true;
      if (!page.items.every((address) => wake(address))) return false;
      cursor = page.next;
      await clock.yield();
    } while (cursor !== null);
    const backlog = await journal.backlog(partitions(), actors_max);
    if (signal.aborted) return true;
    return backlog.every((address) => feed(address)) && backlog.length < actors_max;
  }
}
