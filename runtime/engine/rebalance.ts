/**
 * Keeps each partition where it belongs: says that this node is there, renews its leases, takes what
 * belongs to it and gives up what belongs to others, again and again.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { Doorbell } from "../doorbell.ts";
import type { Logger } from "../telemetry/port.ts";
import type { HandOver } from "./hand_over.ts";
import type { LeaseKeeper } from "./lease_keeper.ts";
import type { Membership, View } from "./membership.ts";
import { plan } from "./placement.ts";

/**
 * How long a partition that belongs elsewhere may stay because its actors are busy, and how long what is
 * under way may take then while nothing new is taken for it, in milliseconds. There is no hurry, and to
 * stop a call costs a repetition, or a question to a person.
 */
const BUSY_MS_MAX = 10_000;
const PATIENCE_MS = 5000;

/** What rebalancing needs. */
export interface RebalancerOptions {
  readonly node: string;
  readonly partition_count: number;
  readonly membership: Pick<Membership, "beat" | "drain">;
  readonly leases: LeaseKeeper;
  /** Calls soon after any node gave partitions back, until the returned function is called. */
  readonly onReleased: (listener: () => void) => () => void;
  readonly handOver: Pick<HandOver, "busy" | "give">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly heartbeat_ms: number;
  /** How long what is under way may take when this node drains, in milliseconds. */
  readonly drain_ms: number;
  /** Hears that somebody asked this node to drain. */
  readonly onDrainRequested: () => void;
  /** Hears that another process took this node's id. */
  readonly onSuperseded: () => void;
  readonly onError: (error: unknown) => void;
}

/** Rebalances for one node. */
export class Rebalancer {
  readonly #options: RebalancerOptions;
  /** Partitions that belong elsewhere and stay for the moment: since when, in monotonic milliseconds. */
  readonly #overdue = new Map<number, number>();
  readonly #giving = new Set<Promise<void>>();
  readonly #bell = new Doorbell();
  #view: View | null = null;
  /** Whether the log says that no node takes partitions. */
  #told = false;
  #looking = Promise.resolve();
  /** When the last look ended, well or badly, in monotonic milliseconds. */
  #looked: number;
  #draining = false;
  #superseded = false;

  constructor(options: RebalancerOptions) {
    this.#options = options;
    this.#looked = options.clock.monotonic();
  }

  /** Whether there is another node that takes partitions. */
  get others(): boolean {
    return this.#view?.others ?? false;
  }

  /** Whether another process took this node's id. */
  get superseded(): boolean {
    return this.#superseded;
  }

  /** Whether no node takes partitions, this one included: then nobody handles commands. */
  get nobody(): boolean {
    return this.#view?.takers.length === 0;
  }

  /**
   * How long ago the last look ended, well or badly, in milliseconds. The journal answers in time or is
   * given up, so only a defect of this program makes it long.
   */
  get silence_ms(): number {
    return this.#options.clock.monotonic() - this.#looked;
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, heartbeat_ms, onReleased, onError } = this.#options;
    const end = onReleased(() => this.#bell.ring());
    while (!signal.aborted && !this.#superseded) {
      const wait = this.#view?.suspect ? heartbeat_ms / 5 : heartbeat_ms;
      await this.#bell.wait(clock, wait, signal);
      if (!signal.aborted) await this.look().catch(onError);
    }
    end();
    await Promise.all(this.#giving);
  }

  /** Looks once. */
  look(): Promise<void> {
    return this.#looking = this.#look().finally(() => {
      this.#looked = this.#options.clock.monotonic();
    });
  }

  async #look(): Promise<void> {
    const { leases, membership, node, partition_count } = this.#options;
    await leases.renew();
    const view = await membership.beat(leases.held.size);
    this.#view = view;
    if (view.superseded) return this.#stepAside();
    this.#tellOfNobody();
    if (view.drain_requested) this.#options.onDrainRequested();
    const { take, give } = plan(node, view.takers, leases.held, partition_count);
    if (take.length > 0 && !this.#draining) await leases.acquire(take);
    this.#give(give);
  }

  /** Tells the others that this node drains, and gives everything up. */
  async drain(): Promise<void> {
    const { membership, leases, handOver, drain_ms, onError } = this.#options;
    membership.drain();
    this.#draining = true;
    // What it is just taking is given up with the rest.
    await this.#looking.catch(() => {});
    // Whoever takes the partitions must know that they do not come back here.
    await membership.beat(leases.held.size).catch(onError);
    await handOver.give([...leases.held], drain_ms);
    await Promise.all(this.#giving);
  }

  /** Gives up what belongs elsewhere: at once where nothing is under way, and in the end in any case. */
  #give(partitions: readonly number[]): void {
    const { handOver, leases, clock, onError } = this.#options;
    const now = clock.monotonic();
    for (const partition of this.#overdue.keys()) {
      if (!partitions.includes(partition)) this.#overdue.delete(partition);
    }
    const working = new Set(leases.partitions);
    const busy = handOver.busy();
    const ready = partitions.filter((partition) => {
      if (!working.has(partition)) return false;
      const since = this.#overdue.get(partition) ?? now;
      this.#overdue.set(partition, since);
      return !busy.has(partition) || now - since >= BUSY_MS_MAX;
    });
    if (ready.length === 0) return;
    const giving = handOver.give(ready, PATIENCE_MS).catch(onError)
      .finally(() => this.#giving.delete(giving));
    this.#giving.add(giving);
  }

  /** Says so once when the last node that takes partitions is gone, and once when there is one again. */
  #tellOfNobody(): void {
    if (this.nobody === this.#told || this.#draining) return;
    this.#told = this.nobody;
    const { log } = this.#options;
    if (this.#told) log.warn({}, "No node takes partitions; commands wait until one does");
    else log.info({}, "A node takes partitions again");
  }

  #stepAside(): void {
    const { log, onSuperseded } = this.#options;
    this.#superseded = true;
    log.error({}, "Another process runs under this node's id; this one gives everything up");
    onSuperseded();
  }
}
