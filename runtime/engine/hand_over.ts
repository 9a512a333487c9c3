/**
 * Gives partitions up so that nothing is lost: nothing new is taken for them, what is under way comes
 * to its commit, and only then another node may have them.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { Clock } from "../clock.ts";
import { SynapseError } from "../errors.ts";
import type { Activation } from "./activation.ts";
import type { LeaseKeeper } from "./lease_keeper.ts";

/** How long effects are waited for that were told to stop, in milliseconds. */
const ABORT_MS_MAX = 100;

/** How often the actors are looked at, in milliseconds. */
const LOOK_MS = 10;

/** What the hand-over needs. */
export interface HandOverOptions {
  readonly leases: Pick<LeaseKeeper, "leave" | "isLeaving" | "release">;
  readonly clock: Clock;
  /** All live actors. */
  readonly activations: () => readonly Activation[];
  readonly partitionOf: (address: Address) => number;
  /** Resolves when no commit is under way. */
  readonly committed: () => Promise<void>;
}

/** Gives up partitions of one node. */
export class HandOver {
  readonly #options: HandOverOptions;

  constructor(options: HandOverOptions) {
    this.#options = options;
  }

  /** The partitions whose actors have something under way. */
  busy(): ReadonlySet<number> {
    const { activations, partitionOf } = this.#options;
    const busy = activations().filter((one) => !one.idle);
    return new Set(busy.map(({ address }) => partitionOf(address)));
  }

  /**
   * Gives partitions up, each as soon as its actors have nothing under way.
   *
   * @param patience_ms after this time what is still under way is stopped
   */
  async give(partitions: readonly number[], patience_ms: number): Promise<void> {
    const { leases, clock } = this.#options;
    leases.leave(partitions);
    const deadline = clock.monotonic() + patience_ms;
    let left = new Set(partitions);
    for (;;) {
      // Lost meanwhile, and perhaps taken anew: not this hand-over's any more.
      left = new Set([...left].filter((partition) => leases.isLeaving(partition)));
      const busy = clock.monotonic() < deadline ? this.busy() : new Set<number>();
      const quiet = left.difference(busy);
      if (quiet.size > 0) await this.#close(quiet);
      left = left.difference(quiet);
      if (left.size === 0) return;
      await clock.sleep(LOOK_MS);
    }
  }

  async #close(partitions: ReadonlySet<number>): Promise<void> {
    const { leases, clock, activations, partitionOf, committed } = this.#options;
    const moved = new SynapseError(
      "draining",
      "Actor moves to another node; send the command again",
    );
    const theirs = activations().filter(({ address }) => partitions.has(partitionOf(address)));
    const ended = Promise.all(theirs.map((one) => one.stop(moved)));
    const patience = new AbortController();
    await Promise.race([ended, clock.sleep(ABORT_MS_MAX, patience.signal)]);
    patience.abort();
    await committed();
    await leases.release([...partitions]);
  }
}
