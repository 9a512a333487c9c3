/**
 * Live events through Redis: a short stream for each actor, followed by whoever has a watcher.
 *
 * @module
 */
import type { Address } from "../../../actors/behavior.ts";
import type { Clock } from "../../clock.ts";
import type { Limits } from "../../limits.ts";
import {
  compareCursors,
  type Cursor,
  type LiveEntry,
  type LiveEvents,
  type Watch,
} from "../port.ts";
import { parseEntries, type StreamEntry } from "./entries.ts";
import { type Follower, type Followers, type Following, START } from "./followers.ts";
import type { RedisKeys } from "./keys.ts";
import type { Link } from "./link.ts";
import type { Outlet } from "./outlet.ts";
import {
  type CarriedEntry,
  liveCursor,
  liveEntry,
  liveFields,
  livePiece,
  type ReadFields,
} from "./records.ts";
import { RedisWatch } from "./watch.ts";

/** Milliseconds after which watchers look into the journal while Redis is away. */
const AWAY_LOOK_MS = 300;

/** The same while it is there and nothing comes: what was published may have been lost on its way. */
const QUIET_LOOK_MS = 5000;

/** Entries that a new watcher reads first, and by how much more each time until it has what it wants. */
const PAGE = 32;
const PAGE_GROWTH = 8;

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
    const past = await this.#past(key, after);
    watch.begin(past.flatMap(({ fields }) => fields && livePiece(fields) || []));
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
        const carried = entries.flatMap(({ fields }) => fields && unseen(fields, watches) || []);
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

  /**
   * What the stream holds after a cursor, oldest first, and some of what is before; nothing when Redis
   * cannot be asked. Read from its end up to the cursor's own entry, because most watchers want only the
   * newest. What is before that one in the stream may be after it by its cursor only if a former owner
   * wrote late, and then it is nothing that was missed.
   */
  async #past(key: string, after: Cursor): Promise<StreamEntry[]> {
    const { link, limits } = this.#options;
    const past: StreamEntry[] = [];
    if (!link.up) return past;
    try {
      for (let page = PAGE; past.length < limits.live_entries; page *= PAGE_GROWTH) {
        const count = Math.min(page, limits.live_entries - past.length);
        const end = past.length === 0 ? "+" : `(${past.at(-1)!.id}`;
        const older = parseEntries(await link.call("XREVRANGE", key, end, "-", "COUNT", count));
        past.push(...older);
        if (older.length < count || older.some((entry) => isAt(entry, after))) break;
      }
      this.#keep(key);
      return past.reverse();
    } catch (error) {
      link.refused("XREVRANGE", error);
      // Not what was read of it: who begins in the middle of an answer is shown nothing of its rest.
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

/** Whether an entry is the one that a watcher has last. One of a former owner may come late, and is older. */
function isAt(entry: StreamEntry, after: Cursor): boolean {
  const cursor = entry.fields && liveCursor(entry.fields);
  return cursor !== null && compareCursors(cursor, after) === 0;
}

/** What comes back from Redis after this node's own watchers got it directly is not even read. */
function unseen(fields: ReadFields, watches: ReadonlySet<RedisWatch>): CarriedEntry | null {
  const cursor = liveCursor(fields);
  if (cursor === null) return null;
  for (const { last } of watches) {
    if (compareCursors(cursor, last) > 0) return liveEntry(fields);
  }
  return null;
}
