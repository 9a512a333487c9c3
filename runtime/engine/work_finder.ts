/**
 * Finds the actors that have something to do and were not told: at start, after a notice was lost,
 * after one was dropped. Whoever is told at once does not wait for this.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { Clock } from "../clock.ts";
import { Doorbell } from "../doorbell.ts";
import type { Directory, Page } from "../journal/directory_port.ts";
import type { MailboxStore } from "../journal/port.ts";

/** How often it looks, in milliseconds. */
const LOOK_MS = 3000;

/** How often it looks into the mailboxes while no notices come from other nodes, in milliseconds. */
const UNTOLD_LOOK_MS = 100;

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
  /** Whether notices of other nodes come now. */
  readonly told: () => boolean;
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
  readonly #bell = new Doorbell();
  /** When the owed effects are looked for again, in monotonic milliseconds. */
  #owed_at = 0;

  constructor(options: WorkFinderOptions) {
    this.#options = options;
  }

  /** Looks at once: there may be more partitions than before. */
  nudge(): void {
    this.#owed_at = 0;
    this.#bell.ring();
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { onError } = this.#options;
    while (!signal.aborted) {
      this.#bell.hear();
      let room = true;
      try {
        room = await this.#look(signal);
      } catch (error) {
        await onError(error);
      }
      await this.#rest(room ? LOOK_MS : FULL_LOOK_MS, signal);
    }
  }

  /** Waits for so long, or until it is nudged; less when notices do not come, from whatever moment on. */
  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    const { clock, told } = this.#options;
    const end = clock.monotonic() + ms;
    do {
      const ms = Math.min(UNTOLD_LOOK_MS, end - clock.monotonic());
      if (await this.#bell.wait(clock, ms, signal)) return;
    } while (!signal.aborted && told() && clock.monotonic() < end);
  }

  /** Tells all that it finds. Returns whether there was room for all. */
  async #look(signal: AbortSignal): Promise<boolean> {
    const { clock, partitions } = this.#options;
    if (partitions().length === 0) return true;
    const now = clock.monotonic();
    if (now >= this.#owed_at) {
      // Before the look: a nudge during it asks for another.
      this.#owed_at = now + LOOK_MS;
      if (!await this.#lookForOwed(signal)) {
        this.#owed_at = 0;
        return false;
      }
    }
    return await this.#lookForCommands(signal);
  }

  async #lookForOwed(signal: AbortSignal): Promise<boolean> {
    const { journal, clock, partitions, wake } = this.#options;
    let cursor: string | null = null;
    do {
      const page: Page<Address> = await journal.owed(partitions(), { cursor, limit: PAGE });
      if (signal.aborted) return true;
      if (!page.items.every((address) => wake(address))) return false;
      cursor = page.next;
      await clock.yield();
    } while (cursor !== null);
    return true;
  }

  async #lookForCommands(signal: AbortSignal): Promise<boolean> {
    const { journal, partitions, actors_max, feed } = this.#options;
    const backlog = await journal.backlog(partitions(), actors_max);
    if (signal.aborted) return true;
    return backlog.every((address) => feed(address)) && backlog.length < actors_max;
  }
}
