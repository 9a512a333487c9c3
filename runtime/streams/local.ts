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
import type {
  Answers,
  Cursor,
  HandledCommand,
  LiveEntry,
  LiveEvents,
  Mailboxes,
  Notice,
  NoticeSubscription,
  Streams,
  Watch,
} from "./port.ts";
import { charsOf, WAITING_CHARS_MAX } from "./waiting.ts";

interface Channel {
  readonly pieces: KeptPieces;
  readonly watchers: Set<LocalWatch>;
  /** When the last watcher left or looked, in monotonic milliseconds; null before the first. */
  watched_at: number | null;
}

/** How often watchers of sessions that may be on other nodes look into the journal, in milliseconds. */
const LOOK_MS = 250;

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

  /** @param look_ms how often a watcher must look into the journal, in milliseconds; null: never */
  constructor(options: LocalLiveOptions, look_ms: number | null = null) {
    this.#clock = options.clock;
    this.#limits = options.limits;
    void this.#sweep();
    if (look_ms !== null) void this.#remind(look_ms);
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

  get closed(): boolean {
    return this.#closed.signal.aborted;
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

  /** Has all watchers look into the journal, again and again. */
  async #remind(look_ms: number): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await this.#clock.sleep(look_ms, signal);
      for (const { watchers } of this.#channels.values()) {
        for (const watcher of watchers) watcher.look();
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
  #look = false;
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

  /** Has it look into the journal. */
  look(): void {
    this.#look = true;
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#left(this);
    this.#wake();
  }

  async next(signal: AbortSignal): Promise<readonly LiveEntry[] | null> {
    if (this.#buffer.length === 0 && !this.#look && !this.#ended && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      signal.addEventListener("abort", this.#wake, { once: true });
      await promise;
      signal.removeEventListener("abort", this.#wake);
    }
    const entries = this.#buffer;
    this.#buffer = [];
    this.#chars = 0;
    const look = this.#look && !this.#ended && !signal.aborted;
    this.#look = false;
    return entries.length > 0 || look ? entries : null;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.end();
    return Promise.resolve();
  }
}

/** Notices within one process. */
export class LocalMailboxes implements Mailboxes {
  readonly #subscriptions = new Set<{
    owned: ReadonlySet<number>;
    readonly handler: (notice: Notice) => void;
  }>();

  announce(notices: readonly Notice[]): void {
    for (const notice of notices) {
      for (const { owned, handler } of this.#subscriptions) {
        if (owned.has(notice.partition)) handler(notice);
      }
    }
  }

  subscribe(handler: (notice: Notice) => void): NoticeSubscription {
    const subscription = { owned: new Set<number>(), handler };
    this.#subscriptions.add(subscription);
    return {
      own: (partitions) => void (subscription.owned = new Set(partitions)),
      end: () => void this.#subscriptions.delete(subscription),
    };
  }
}

/** Answers within one process. */
export class LocalAnswers implements Answers {
  readonly #handlers = new Map<string, (handled: HandledCommand) => void>();

  send(node: string, handled: readonly HandledCommand[]): void {
    for (const one of handled) this.#handlers.get(node)?.(one);
  }

  listen(node: string, handler: (handled: HandledCommand) => void): () => void {
    this.#handlers.set(node, handler);
    return () => void (this.#handlers.get(node) === handler && this.#handlers.delete(node));
  }
}

/** What local streams need. */
export interface LocalStreamsOptions extends LocalLiveOptions {
  /** Whether there can be no other node. If there can, these streams do not reach it. */
  readonly alone: boolean;
}

/** Streams that end at this process. */
export function createLocalStreams(options: LocalStreamsOptions): Streams {
  const { alone } = options;
  const live = new LocalLiveEvents(options, alone ? null : LOOK_MS);
  return {
    live,
    mailboxes: new LocalMailboxes(),
    answers: new LocalAnswers(),
    egress: null,
    carries: () => alone,
    trouble: () => null,
    carrier: alone
      ? "in this process"
      : "in this process; without REDIS_URL nodes find each other's commands by looking",
    [Symbol.asyncDispose]: () => live.close(),
  };
}

function keyOf({ tenant, type, id }: Address): string {
  return `${tenant}/${type}/${id}`;
}
