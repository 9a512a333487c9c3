/**
 * A node's rights to its partitions: what it holds, what it is about to give up, and until when it can
 * be sure of it.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Lease, Leases } from "../journal/port.ts";
import type { Logger, Metrics } from "../telemetry/port.ts";

/** What the keeper needs. */
export interface LeaseKeeperOptions {
  readonly leases: Leases;
  readonly clock: Clock;
  readonly node: string;
  /** How long a lease lasts, in milliseconds. */
  readonly lease_ms: number;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Hears of each change of the partitions that the node works on. */
  readonly onChange: (partitions: readonly number[]) => void;
  /** Hears of partitions that were lost. */
  readonly onLost: (partitions: readonly number[]) => void;
}

interface Held {
  readonly lease: Lease;
  /** Before this time nobody else can have it, in monotonic milliseconds of this node. */
  readonly sure_until: number;
}

/** The leases of one node. */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #held = new Map<number, Held>();
  readonly #leaving = new Set<number>();

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
  }

  /** The partitions held, those too that are being given up. */
  get held(): ReadonlySet<number> {
    return new Set(this.#held.keys());
  }

  /** The partitions that the node works on: held, and not being given up. */
  get partitions(): readonly number[] {
    return [...this.#held.keys()].filter((partition) => !this.#leaving.has(partition));
  }

  /** The epoch under which a partition is held; -1 when it is not. */
  epoch(partition: number): number {
    return this.#held.get(partition)?.lease.epoch ?? -1;
  }

  /** Whether a partition is held and not being given up. */
  worksOn(partition: number): boolean {
    return this.#held.has(partition) && !this.#leaving.has(partition);
  }

  /** Whether it is certain that no other node has a partition. */
  isSure(partition: number): boolean {
    const until = this.#held.get(partition)?.sure_until ?? -Infinity;
    return this.#options.clock.monotonic() < until;
  }

  /** Takes those of the partitions that can be had. */
  async acquire(partitions: readonly number[]): Promise<void> {
    const { leases, node, lease_ms, metrics, clock } = this.#options;
    const asked = clock.monotonic();
    const taken = await leases.acquire(node, partitions, lease_ms);
    if (taken.length === 0) return;
    for (const lease of taken) this.#note(lease, asked);
    metrics.leaseChangesTotal.inc({ change: "acquired" }, taken.length);
    this.#changed();
  }

  /** Prolongs what is held, and lets go of what was lost. Leases that last for ever need no renewing. */
  async renew(): Promise<void> {
    const { leases, node, lease_ms, clock } = this.#options;
    const finite = [...this.#held.values()].map(({ lease }) => lease)
      .filter(({ until }) => until !== null);
    if (finite.length === 0) return;
    const asked = clock.monotonic();
    const renewed = new Map(
      (await leases.renew(node, finite, lease_ms)).map((lease) => [lease.partition, lease]),
    );
    const lost: Lease[] = [];
    for (const lease of finite) {
      const again = renewed.get(lease.partition);
      // What changed while the store was asked is none of this answer's business.
      if (this.epoch(lease.partition) !== lease.epoch) continue;
      if (again) this.#note(again, asked);
      else lost.push(lease);
    }
    this.#lose(lost);
  }

  /** Hears from the store that a partition is not held under that epoch any more. */
  fenced(partition: number, epoch: number): void {
    const held = this.#held.get(partition);
    if (held?.lease.epoch === epoch) this.#lose([held.lease]);
  }

  /** Lets go of everything: another process took this node's place. */
  surrender(): void {
    this.#lose([...this.#held.values()].map(({ lease }) => lease));
  }

  /** Marks partitions as being given up: the node takes nothing new for them. */
  leave(partitions: readonly number[]): void {
    for (const partition of partitions) {
      if (this.#held.has(partition)) this.#leaving.add(partition);
    }
    this.#changed();
  }

  /** Gives partitions back; what cannot be given back expires. */
  async release(partitions: readonly number[]): Promise<void> {
    const { leases, node, metrics, log } = this.#options;
    const given = partitions.flatMap((partition) => this.#held.get(partition)?.lease ?? []);
    for (const { partition } of given) this.#forget(partition);
    if (given.length === 0) return;
    await leases.release(node, given)
      .catch((err) => log.warn({ err }, "Leases could not be given back; they will expire"));
    metrics.leaseChangesTotal.inc({ change: "released" }, given.length);
    this.#changed();
  }

  #note(lease: Lease, asked: number): void {
    const sure_until = lease.until === null ? Infinity : asked + this.#options.lease_ms;
    this.#held.set(lease.partition, { lease, sure_until });
  }

  #forget(partition: number): void {
    this.#held.delete(partition);
    this.#leaving.delete(partition);
  }

  #lose(lost: readonly Lease[]): void {
    if (lost.length === 0) return;
    const { metrics, log, onLost } = this.#options;
    const partitions = lost.map(({ partition }) => partition);
    for (const partition of partitions) this.#forget(partition);
    metrics.leaseChangesTotal.inc({ change: "lost" }, lost.length);
    log.warn({ partitions }, "Partitions were lost to another node; their actors are dropped");
    this.#changed();
    onLost(partitions);
  }

  #changed(): void {
    this.#options.metrics.partitionsOwned.set(this.#held.size);
    this.#options.onChange(this.partitions);
  }
}
