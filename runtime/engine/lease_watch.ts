/**
 * Stops what must not outlast a lease. A node that cannot reach the journal cannot renew; once its
 * leases are over another node may settle its `once` effects, by asking whether they were done. That
 * must be true then: so they are aborted here, and settled by whoever has the actor next.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { LeaseKeeper } from "./lease_keeper.ts";
import type { Residents } from "./residents.ts";

/** How often it is looked, in milliseconds: well within the part of a lease that nobody counts on. */
const LOOK_MS = 100;

/** What the watch needs. */
export interface LeaseWatchOptions {
  readonly leases: Pick<LeaseKeeper, "unsure">;
  readonly residents: Pick<Residents, "drop">;
  readonly clock: Clock;
}

/** Drops the actors with a `once` effect under way when their lease may be over, until the signal aborts. */
export async function keepWithinLeases(
  { leases, residents, clock }: LeaseWatchOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { unsure } = leases;
    if (unsure.length > 0) residents.drop(unsure, (activation) => activation.risks);
    await clock.sleep(LOOK_MS, signal);
  }
}
