/**
 * Group commit: the parts of many actors in few transactions.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { ActorCommit, CommitOutcome, Committer } from "../journal/port.ts";
import type { Metrics } from "../telemetry/port.ts";
import { Batching } from "./batching.ts";

/** What the group commit needs. */
export interface GroupCommitOptions {
  readonly journal: Committer;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Actors in one commit. */
  readonly actors_max: number;
}

/** Gathers the commits of many actors into few transactions. */
export class GroupCommit {
  readonly #batching: Batching<ActorCommit, CommitOutcome>;

  constructor({ journal, clock, metrics, actors_max }: GroupCommitOptions) {
    const write = async (batch: readonly ActorCommit[]) => {
      const start = clock.monotonic();
      const outcomes = await journal.commit(batch);
      metrics.commitSeconds.observe({}, (clock.monotonic() - start) / 1000);
      metrics.commitBatchSize.observe({}, batch.length);
      return outcomes;
    };
    this.#batching = new Batching({ clock, items_max: actors_max, write });
  }

  /**
   * Commits one actor's part together with those of others. An actor must wait for its commit before
   * it asks for the next.
   *
   * @throws {JournalUnavailable} if the transaction failed
   * @throws what the store says of this part, if it cannot be written at all
   */
  commit(part: ActorCommit): Promise<CommitOutcome> {
    return this.#batching.add(part);
  }

  /** Resolves when nothing waits or is under way. */
  idle(): Promise<void> {
    return this.#batching.idle();
  }
}
