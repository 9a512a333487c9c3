/**
 * Follows many streams with one reader: each entry once to whoever follows its stream.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { errorMessage } from "../../errors.ts";
import { Doorbell } from "../../doorbell.ts";
import type { StreamEntries, StreamEntry } from "./entries.ts";
import type { Link } from "./link.ts";
import type { Reads } from "./reads.ts";

/** Entries of one stream read at a time. */
const COUNT = 512;

/** Milliseconds until another try after a read failed. */
const RETRY_MS = 150;

/** Milliseconds that the loop sleeps when it has nothing to read. */
const IDLE_MS = 60_000;

/**
 * Streams in one command for each of which the loop waits a hundredth of a millisecond before the
 * next: naming thousands of them costs the server time, which is then better used for many entries.
 */
const PACE_PER_MS = 100;

/** Below so many streams there is no waiting. */
const PACE_FROM = 200;

/** Before the first entry. */
export const START = "0-0";

/** Takes what comes. */
export interface Follower {
  entries(entries: readonly StreamEntry[]): void;
  /** Some may have been lost. */
  lost(): void;
}

/** What one follows. */
export interface Following {
  /** Begins after that entry, unless another has begun already. */
  begin(id: string): void;
  end(): void;
}

interface Stream {
  id: string | null;
  readonly follower: Follower;
}

/** What the loop needs. */
export interface FollowersOptions {
  readonly reads: Reads;
  readonly link: Link;
  readonly clock: Clock;
}

/** All streams that this node follows. */
export class Followers {
  readonly #options: FollowersOptions;
  readonly #streams = new Map<string, Stream>();
  readonly #bell = new Doorbell();
  readonly #closed = new AbortController();
  readonly #running: Promise<void>;
  #fault: string | null = null;

  constructor(options: FollowersOptions) {
    this.#options = options;
    options.link.onLost(() => this.#restart());
    this.#running = this.#run();
  }

  /** Why nothing can be read now, or null. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Follows a stream: one follower each, which takes the place of the one before. */
  follow(key: string, follower: Follower): Following {
    const stream: Stream = { id: null, follower };
    this.#streams.set(key, stream);
    return {
      begin: (id) => {
        if (stream.id !== null) return;
        stream.id = id;
        this.#bell.ring();
        this.#options.reads.wake();
      },
      end: () => void (this.#streams.get(key) === stream && this.#streams.delete(key)),
    };
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#options.reads.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { reads, clock } = this.#options;
    const { signal } = this.#closed;
    while (!signal.aborted) {
      const keys: string[] = [];
      const ids: string[] = [];
      for (const [key, { id }] of this.#streams) {
        if (id === null) continue;
        keys.push(key);
        ids.push(id);
      }
      if (keys.length === 0) {
        this.#fault = null;
        await this.#bell.wait(clock, IDLE_MS, signal);
        continue;
      }
      try {
        const found = await reads.read({ command: ["XREAD"], keys, ids, count: COUNT });
        if (this.#fault !== null) this.#lost();
        this.#fault = null;
        for (const streams of found) this.#deliver(streams);
        if (keys.length >= PACE_FROM) await clock.sleep(keys.length / PACE_PER_MS, signal);
      } catch (error) {
        if (this.#fault === null) this.#lost();
        this.#fault = `Redis cannot be read (${errorMessage(error)})`;
        this.#options.link.refused("XREAD", error);
        await clock.sleep(RETRY_MS, signal);
      }
    }
  }

  #deliver({ key, entries }: StreamEntries): void {
    const stream = this.#streams.get(key);
    const last = entries.at(-1);
    if (!stream || !last) return;
    stream.id = last.id;
    stream.follower.entries(entries);
  }

  /** Everything is gone: whatever is there now is new, whatever its numbers. */
  #restart(): void {
    for (const stream of this.#streams.values()) {
      if (stream.id !== null) stream.id = START;
      stream.follower.lost();
    }
  }

  #lost(): void {
    for (const { follower } of this.#streams.values()) follower.lost();
  }
}
