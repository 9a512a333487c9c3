/**
 * The streams of one process.
 *
 * Durable events go to the open watches and are not kept: the journal has them. The pieces of answers
 * are kept for an actor while somebody watches it, and for a while after, so that a watcher whose
 * connection broke can go on where it was. For an actor that nobody watches, only those of the answer
 * under way are kept: the next durable event drops them.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { Clock } from "../clock.ts";
import type { Limits } from "../limits.ts";
import { KeptPieces } from "./kept_pieces.ts";
import type { Cursor, LiveEntry, LiveEvents } from "./port.ts";
import type { Mailboxes, Notice, Watch } from "./port.ts";

/** Characters that may wait for one watcher; with more, unless it is one publication, it is ended. */
export const WAITING_CHARS_MAX = 4_194_304;

interface Channel {
  readonly pieces: KeptPieces;
  readonly watchers: Set<LocalWatch>;
  /** When the last watcher left or looked, in monotonic milliseconds; null before the first. */
  watched_at: number | null;
}

/** What the local live streams need. */
export interface LocalLiveOptions {
  readonly clock: Clock;
  readonly limits: Pick<Limits, "live_entries" | "live_idle_ms">;
}

/** Live entries in memory. */
export class LocalLiveEvents implements LiveEvents {
  readonly #clock: Clock;
  readonly #limits: LocalLiveOptions["limits"];
  readonly #channels = new Map<string, Channel>();
  readonly #closed = new AbortController();

  constructor(options: LocalLiveOptions) {
    this.#clock = options.clock;
    this.#limits = options.limits;
    void this.#sweep();
  }

  publish(address: Address, entries: readonly LiveEntry[]): void {
    const key = keyOf(address);
    let channel = this.#channels.get(key);
    if (!channel) {
      // Durable events alone need no keeping: the journal has them.
      if (entries.every((entry) => entry.kind === "event")) return;
      channel = this.#open(key);
    }
    channel.pieces.add(entries);
    if (this.#isUnwatched(channel) && entries.at(-1)?.kind === "event") {
      this.#channels.delete(key);
      return;
    }
    if (channel.watchers.size === 0) return;
    const chars = entries.reduce((sum, entry) => sum + charsOf(entry), 0);
    for (const watcher of channel.watchers) watcher.push(entries, chars);
  }

  watch(address: Address, after: Cursor): Promise<Watch> {
    const key = keyOf(address);
    const channel = this.#channels.get(key) ?? this.#open(key);
    const watch = new LocalWatch(
      channel.pieces.after(after),
      this.#limits.live_entries,
      (watch) => {
        channel.watchers.delete(watch);
        channel.watched_at = this.#clock.monotonic();
      },
    );
    channel.watchers.add(watch);
    channel.watched_at = this.#clock.monotonic();
    return Promise.resolve(watch);
  }

  close(): Promise<void> {
    this.#closed.abort();
    for (const channel of this.#channels.values()) {
      for (const watcher of channel.watchers) watcher.end();
    }
    this.#channels.clear();
    return Promise.resolve();
  }

  #open(key: string): Channel {
    const pieces = new KeptPieces(this.#limits.live_entries);
    const channel: Channel = { pieces, watchers: new Set(), watched_at: null };
    this.#channels.set(key, channel);
    return channel;
  }

  #isUnwatched(channel: Channel): boolean {
    if (channel.watchers.size > 0) return false;
    return channel.watched_at === null ||
      this.#clock.monotonic() - channel.watched_at > this.#limits.live_idle_ms;
  }

  /** Drops what quiet sessions left behind. */
  async #sweep(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await this.#clock.sleep(this.#limits.live_idle_ms / 2, signal);
      for (const [key, channel] of this.#channels) {
        // Pieces that nobody ever watched belong to an answer under way; its end drops them.
        if (channel.watched_at !== null && this.#isUnwatched(channel)) this.#channels.delete(key);
      }
    }
  }
}

class LocalWatch implements Watch {
  readonly kept: readonly LiveEntry[];
  readonly #limit: number;
  readonly #left: (watch: LocalWatch) => void;
  #buffer: LiveEntry[] = [];
  #chars = 0;
  #ended = false;
  #wake: () => void = () => {};

  constructor(kept: readonly LiveEntry[], limit: number, left: (watch: LocalWatch) => void) {
    this.kept = kept;
    this.#limit = limit;
    this.#left = left;
  }

  push(entries: readonly LiveEntry[], chars: number): void {
    this.#chars += chars;
    const many = this.#buffer.length + entries.length > this.#limit;
    const much = this.#buffer.length > 0 && this.#chars > WAITING_CHARS_MAX;
    if (many || much) return this.end();
    this.#buffer.push(...entries);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#left(this);
    this.#wake();
  }

  async next(signal: AbortSignal): Promise<readonly LiveEntry[] | null> {
    if (this.#buffer.length === 0 && !this.#ended && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      signal.addEventListener("abort", this.#wake, { once: true });
      await promise;
      signal.removeEventListener("abort", this.#wake);
    }
    const entries = this.#buffer;
    this.#buffer = [];
    this.#chars = 0;
    return entries.length > 0 ? entries : null;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.end();
    return Promise.resolve();
  }
}

/** Notices within one process: the owner of every partition is here. */
export class LocalMailboxes implements Mailboxes {
  readonly #handlers = new Map<number, (notice: Notice) => void>();

  announce(notices: readonly Notice[]): void {
    for (const notice of notices) this.#handlers.get(notice.partition)?.(notice);
  }

  subscribe(partitions: readonly number[], handler: (notice: Notice) => void): () => void {
    for (const partition of partitions) this.#handlers.set(partition, handler);
    return () => {
      for (const partition of partitions) {
        if (this.#handlers.get(partition) === handler) this.#handlers.delete(partition);
      }
    };
  }
}

function charsOf(entry: LiveEntry): number {
  if (entry.kind === "reset") return 0;
  return entry.kind === "delta" ? entry.text.length : JSON.stringify(entry.event.payload).length;
}

function keyOf({ tenant, type, id }: Address): string {
  return `${tenant}/${type}/${id}`;
}
