/**
 * Live events through Redis: a short stream for each actor, followed by whoever has a watcher.
 *
 * @module
 */
import type { Address } from "../../../actors/behavior.ts";
import type { Clock } from "../../clock.ts";
import type { Limits } from "../../limits.ts";
import type { Cursor, LiveEntry, LiveEvents, Watch } from "../port.ts";
import { parseEntries, type StreamEntry } from "./entries.ts";
import { type Follower, type Followers, type Following, START } from "./followers.ts";
import type { RedisKeys } from "./keys.ts";
import type { Link } from "./link.ts";
import type { Outlet } from "./outlet.ts";
import { type CarriedEntry, liveEntry, liveFields } from "./records.ts";
import { RedisWatch } from "./watch.ts";

/** Milliseconds after which watchers look into the journal while Redis is away. */
const AWAY_LOOK_MS = 300;

/** The same while it is there and nothing comes: what was published may have been lost on its way. */
const QUIET_LOOK_MS = 5000;

/** What the live streams need. */
export interface RedisLiveOptions {
  readonly link: Link;
  readonly outlet: Outlet;
  readonly followers: Followers;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  readonly limits: Pick<Limits, "live_entries" | "live_idle_ms">;
}

/** The watchers of one actor. */
interface Channel {
  readonly watches: Set<RedisWatch>;
  readonly following: Following;
}

/** Live events, published and watched on any node. */
export class RedisLiveEvents implements LiveEvents {
  readonly #options: RedisLiveOptions;
  readonly #channels = new Map<string, Channel>();
  readonly #closed = new AbortController();
  readonly #looking: Promise<void>;
  readonly #touching: Promise<void>;

  constructor(options: RedisLiveOptions) {
    this.#options = options;
    this.#looking = this.#look();
    this.#touching = this.#touch();
  }

  publish(address: Address, entries: readonly LiveEntry[]): void {
    const { outlet, keys, limits } = this.#options;
    const key = keys.live(address);
    // This node's own watchers do without Redis; what comes back from there they have.
    for (const watch of this.#channels.get(key)?.watches ?? []) watch.push(entries);
    const bounds = { entries: limits.live_entries, ttl_ms: limits.live_idle_ms };
    outlet.append("live", { key, bounds, entries: entries.map(liveFields) });
  }

  async watch(address: Address, after: Cursor): Promise<Watch> {
    const { keys, clock, limits } = this.#options;
    const key = keys.live(address);
    const channel = this.#channels.get(key) ?? this.#open(key);
    const watch = new RedisWatch({
      clock,
      after,
      limit: limits.live_entries,
      left: (watch) => this.#leave(key, channel, watch),
    });
    // It listens before it asks for what is there, so that nothing falls in between.
    channel.watches.add(watch);
    const past = await this.#past(key);
    watch.begin(decode(past));
    channel.following.begin(past.at(-1)?.id ?? START);
    if (this.closed) watch.end();
    return watch;
  }

  get closed(): boolean {
    return this.#closed.signal.aborted;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    for (const { watches } of this.#channels.values()) {
      for (const watch of watches) watch.end();
    }
    await Promise.all([this.#looking, this.#touching]);
  }

  #open(key: string): Channel {
    const watches = new Set<RedisWatch>();
    const follower: Follower = {
      entries: (entries) => {
        const carried = decode(entries);
        for (const watch of watches) watch.push(carried);
      },
      lost: () => {
        for (const watch of watches) watch.hint();
      },
    };
    const channel = { watches, following: this.#options.followers.follow(key, follower) };
    this.#channels.set(key, channel);
    return channel;
  }

  #leave(key: string, channel: Channel, watch: RedisWatch): void {
    if (!channel.watches.delete(watch) || channel.watches.size > 0) return;
    channel.following.end();
    if (this.#channels.get(key) === channel) this.#channels.delete(key);
    this.#keep(key);
  }

  /** What the stream holds, oldest first; nothing when Redis cannot be asked. */
  async #past(key: string): Promise<StreamEntry[]> {
    const { link, limits } = this.#options;
    if (!link.up) return [];
    try {
      const newest = await link.call("XREVRANGE", key, "+", "-", "COUNT", limits.live_entries);
      this.#keep(key);
      return parseEntries(newest).reverse();
    } catch (error) {
      link.refused("XREVRANGE", error);
      return [];
    }
  }

  /** Counts the time of a stream anew. */
  #keep(key: string): void {
    this.#options.outlet.send("PEXPIRE", key, this.#options.limits.live_idle_ms);
  }

  /** Has watchers look into the journal when nothing may have come though something happened. */
  async #look(): Promise<void> {
    const { clock, link } = this.#options;
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await clock.sleep(AWAY_LOOK_MS, signal);
      const patience = link.up ? QUIET_LOOK_MS : 0;
      for (const { watches } of this.#channels.values()) {
        for (const watch of watches) if (watch.quiet_ms >= patience) watch.hint();
      }
    }
  }

  /** Keeps the streams that are watched. */
  async #touch(): Promise<void> {
    const { clock, limits } = this.#options;
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await clock.sleep(limits.live_idle_ms / 3, signal);
      for (const key of this.#channels.keys()) this.#keep(key);
    }
  }
}

function decode(entries: readonly StreamEntry[]): CarriedEntry[] {
  const carried: CarriedEntry[] = [];
  for (const { fields } of entries) {
    const entry = fields && liveEntry(fields);
    if (entry) carried.push(entry);
  }
  return carried;
}
