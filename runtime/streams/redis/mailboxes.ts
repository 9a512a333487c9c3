/**
 * Notices through Redis: one stream for each partition, read by its owner in the consumer group
 * `owner`. A notice that an owner read and did not come to handle is claimed by the next.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { errorMessage } from "../../errors.ts";
import type { Logger } from "../../telemetry/port.ts";
import type { Mailboxes, Notice, NoticeSubscription } from "../port.ts";
import { claimAll, ensureGroup, isMissingGroup } from "./consumer_group.ts";
import { Doorbell } from "../../doorbell.ts";
import type { StreamEntry } from "./entries.ts";
import type { RedisKeys } from "./keys.ts";
import type { Link } from "./link.ts";
import type { Outlet } from "./outlet.ts";
import type { Reads } from "./reads.ts";
import { notice, noticeFields } from "./records.ts";

const GROUP = "owner";

/** Notices kept for one partition; those beyond are found in the journal. */
const BOUNDS = { entries: 10_000, ttl_ms: 0 };

/** Notices of one partition read at a time. */
const COUNT = 256;

/** Milliseconds until another try after a read failed. */
const RETRY_MS = 150;

/** Milliseconds that the loop sleeps while nothing is owned. */
const IDLE_MS = 60_000;

/** What the mailboxes need. */
export interface RedisMailboxesOptions {
  readonly link: Link;
  readonly outlet: Outlet;
  readonly reads: Reads;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  readonly log: Logger;
  /** The consumer's name. */
  readonly node: string;
}

interface Subscription {
  owned: ReadonlySet<number>;
  readonly handler: (notice: Notice) => void;
}

/** Notices, announced on any node and read by the partition's owner. */
export class RedisMailboxes implements Mailboxes {
  readonly #options: RedisMailboxesOptions;
  readonly #subscriptions = new Set<Subscription>();
  /** Owned partitions whose group is there, and in it nothing that another consumer left. */
  readonly #ready = new Set<number>();
  readonly #bell = new Doorbell();
  readonly #closed = new AbortController();
  readonly #running: Promise<void>;
  #fault: string | null = null;

  constructor(options: RedisMailboxesOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Why nothing can be read now, or null. */
  get fault(): string | null {
    return this.#fault;
  }

  announce(notices: readonly Notice[]): void {
    const { outlet, keys } = this.#options;
    const byPartition = Map.groupBy(notices, ({ partition }) => partition);
    for (const [partition, some] of byPartition) {
      const entries = some.map(noticeFields);
      outlet.append("notice", { key: keys.mailbox(partition), bounds: BOUNDS, entries });
    }
  }

  subscribe(handler: (notice: Notice) => void): NoticeSubscription {
    const subscription: Subscription = { owned: new Set(), handler };
    this.#subscriptions.add(subscription);
    return {
      own: (partitions) => {
        subscription.owned = new Set(partitions);
        this.#changed();
      },
      end: () => {
        this.#subscriptions.delete(subscription);
        this.#changed();
      },
    };
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#options.reads.close();
    await this.#running;
  }

  #changed(): void {
    this.#bell.ring();
    this.#options.reads.wake();
  }

  async #run(): Promise<void> {
    const { clock, link } = this.#options;
    const { signal } = this.#closed;
    while (!signal.aborted) {
      const owned = this.#owned();
      for (const partition of this.#ready) if (!owned.has(partition)) this.#ready.delete(partition);
      if (owned.size === 0) {
        this.#fault = null;
        await this.#bell.wait(clock, IDLE_MS, signal);
        continue;
      }
      try {
        await this.#takeOver(owned);
        await this.#read(owned);
        this.#fault = null;
      } catch (error) {
        if (isMissingGroup(error)) {
          this.#ready.clear();
          continue;
        }
        this.#fault = `Redis cannot be read (${errorMessage(error)})`;
        link.refused("XREADGROUP", error);
        await clock.sleep(RETRY_MS, signal);
      }
    }
  }

  #owned(): ReadonlySet<number> {
    const owned = new Set<number>();
    for (const subscription of this.#subscriptions) {
      for (const partition of subscription.owned) owned.add(partition);
    }
    return owned;
  }

  /** Makes the groups that are missing, and takes what earlier owners of new partitions left. */
  async #takeOver(owned: ReadonlySet<number>): Promise<void> {
    const { link, keys, node } = this.#options;
    await Promise.all(
      [...owned].filter((partition) => !this.#ready.has(partition)).map(
        async (partition) => {
          const group = { key: keys.mailbox(partition), name: GROUP, consumer: node };
          await ensureGroup(link, group);
          this.#deliver(partition, await claimAll(link, group));
          this.#ready.add(partition);
        },
      ),
    );
  }

  async #read(owned: ReadonlySet<number>): Promise<void> {
    const { reads, keys, node } = this.#options;
    const partitions = new Map([...owned].map((partition) => [keys.mailbox(partition), partition]));
    const found = await reads.read({
      command: ["XREADGROUP", "GROUP", GROUP, node],
      keys: [...partitions.keys()],
      ids: Array(partitions.size).fill(">"),
      count: COUNT,
    });
    for (const { key, entries } of found) {
      const partition = partitions.get(key);
      if (partition !== undefined) this.#deliver(partition, entries);
    }
  }

  #deliver(partition: number, entries: readonly StreamEntry[]): void {
    const handlers = [...this.#subscriptions]
      .filter(({ owned }) => owned.has(partition)).map(({ handler }) => handler);
    // Given up in between: what was read stays pending, for the next owner to claim.
    if (handlers.length === 0 || entries.length === 0) return;
    for (const { fields } of entries) {
      const found = fields && notice(partition, fields);
      if (found) { for (const handler of handlers) this.#call(handler, found); }
    }
    const { outlet, keys } = this.#options;
    const key = keys.mailbox(partition);
    const ids = entries.map(({ id }) => id);
    outlet.send("XACK", key, GROUP, ...ids);
    outlet.send("XDEL", key, ...ids);
  }

  /** One handler's defect must not keep notices from others. */
  #call(handler: (notice: Notice) => void, found: Notice): void {
    try {
      handler(found);
    } catch (error) {
      this.#options.log.error({ err: error }, `Notice was not taken: ${errorMessage(error)}`);
    }
  }
}
