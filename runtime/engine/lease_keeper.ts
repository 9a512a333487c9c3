/**
 * Keeps a node's rights to its partitions.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Lease, Leases } from "../journal/port.ts";
import type { Logger, Metrics } from "../telemetry/port.ts";

/** How long a lease lasts, in milliseconds. */
export const LEASE_MS = 3000;

/** What the keeper needs. */
export interface LeaseKeeperOptions {
  readonly leases: Leases;
  readonly clock: Clock;
  readonly node: string;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Hears of partitions that were lost. */
  readonly onLost: (partitions: readonly number[]) => void;
}

/** The leases of one node. */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #held = new Map<number, Lease>();

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
  }

  /** The partitions held. */
  get partitions(): readonly number[] {
    return [...this.#held.keys()];
  }

  /** The epoch under which a partition is held; -1 when it is not. */
  epoch(partition: number): number {
    return this.#held.get(partition)?.epoch ?? -1;
  }

  /** Takes those of the partitions that can be had. Returns the ones taken. */
  async acquire(partitions: readonly number[]): Promise<readonly number[]> {
    const { leases, node, metrics } = this.#options;
    const taken = await leases.acquire(node, partitions, LEASE_MS);
    for (const lease of taken) this.#held.set(lease.partition, lease);
    metrics.leaseChangesTotal.inc({ change: "acquired" }, taken.length);
    metrics.partitionsOwned.set(this.#held.size);
    return taken.map((lease) => lease.partition);
  }

  /** Renews until the signal aborts. Leases that last for ever need no renewing. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    while (!signal.aborted) {
      const finite = [...this.#held.values()].filter((lease) => lease.until !== null);
      if (finite.length > 0) {
        await this.#renew(finite).catch((err) => log.warn({ err }, "Leases could not be renewed"));
      }
      await clock.sleep(LEASE_MS / 3, signal);
    }
  }

  /** Gives everything back; what cannot be given back expires. */
  async release(): Promise<void> {
    const { leases, node, metrics, log } = this.#options;
    const held = [...this.#held.values()];
    this.#held.clear();
    await leases.release(node, held)
      .catch((err) => log.warn({ err }, "Leases could not be given back; they will expire"));
    metrics.leaseChangesTotal.inc({ change: "released" }, held.length);
    metrics.partitionsOwned.set(0);
  }

  async #renew(finite: readonly Lease[]): Promise<void> {
    const { leases, node, metrics, log, onLost } = this.#options;
    const renewed = await leases.renew(node, finite, LEASE_MS);
    for (const lease of renewed) this.#held.set(lease.partition, lease);
    const kept = new Set(renewed.map((lease) => lease.partition));
    const lost = finite.map((lease) => lease.partition).filter((partition) => !kept.has(partition));
    if (lost.length === 0) return;
    for (const partition of lost) this.#held.delete(partition);
    metrics.leaseChangesTotal.inc({ change: "lost" }, lost.length);
    metrics.partitionsOwned.set(this.#held.size);
    log.warn({ partitions: lost }, "Leases were lost to another node");
    onLost(lost);
  }
}
