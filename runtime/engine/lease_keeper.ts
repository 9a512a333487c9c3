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
  /** When it was asked for, by this node's two clocks. Null if it lasts for ever. */
  readonly asked: Moment | null;
}

/** The monotonic clock is not set by anybody, the other one goes on while the machine sleeps. */
interface Moment {
  readonly monotonic: number;
  readonly now: number;
}

/** The share of a lease in which a node is sure of it: what it starts then takes a moment to begin. */
const SURE_SHARE = 0.9;

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
    const held = this.#held.get(partition);
    if (!held) return false;
    if (held.asked === null) return true;
    const { clock, lease_ms } = this.#options;
    const { monotonic, now } = held.asked;
    const age = Math.max(clock.monotonic() - monotonic, clock.now() - now);
    return age < lease_ms * SURE_SHARE;
  }

  /** The partitions held of which it is not certain any more that no other node has them. */
  get unsure(): readonly number[] {
    return [...this.#held.keys()].filter((partition) => !this.isSure(partition));
  }

  /** Takes those of the partitions that can be had. */
  async acquire(partitions: readonly number[]): Promise<void> {
    const { leases, node, lease_ms, metrics } = this.#options;
    const asked = this.#moment();
    const taken = await leases.acquire(node, partitions, lease_ms);
    if (taken.length === 0) return;
    for (const lease of taken) this.#note(lease, asked);
    metrics.leaseChangesTotal.inc({ change: "acquired" }, taken.length);
    this.#tell(taken, "Partitions were taken");
    this.#changed();
  }

  /** Prolongs what is held, and lets go of what was lost. Leases that last for ever need no renewing. */
  async renew(): Promise<void> {
    const { leases, node, lease_ms } = this.#options;
    const finite = [...this.#held.values()].map(({ lease }) => lease)
      .filter(({ until }) => until !== null);
    if (finite.length === 0) return;
    const asked = this.#moment();
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

  /** Marks partitions as being given up: the node takes nothing new for them. */
  leave(partitions: readonly number[]): void {
    for (const partition of partitions) {
      if (this.#held.has(partition)) this.#leaving.add(partition);
    }
    this.#changed();
  }

  /** Whether a partition is held and being given up. */
  isLeaving(partition: number): boolean {
    return this.#leaving.has(partition);
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
    this.#tell(given, "Partitions were given back");
    this.#changed();
  }

  /** Of leases that last for ever there is nothing to tell: nobody else could have them. */
  #tell(changed: readonly Lease[], what: string): void {
    const finite = changed.filter(({ until }) => until !== null);
    const partitions = finite.map(({ partition }) => partition);
    if (partitions.length > 0) this.#options.log.info({ partitions }, what);
  }

  #note(lease: Lease, asked: Moment): void {
    this.#held.set(lease.partition, { lease, asked: lease.until === null ? null : asked });
  }

  #moment(): Moment {
    const { clock } = this.#options;
    return { monotonic: clock.monotonic(), now: clock.now() };
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
