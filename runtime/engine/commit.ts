/**
 * Group commit. While one transaction is under way, everything that becomes ready queues for the
 * next; no timer delays a lone commit.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import {
  type ActorCommit,
  type CommitOutcome,
  type Committer,
  JournalUnavailable,
} from "../journal/port.ts";
import type { Metrics } from "../telemetry/port.ts";

/** What the group commit needs. */
export interface GroupCommitOptions {
  readonly journal: Committer;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Actors in one commit. */
  readonly actors_max: number;
}

interface Waiting {
  readonly part: ActorCommit;
  readonly resolve: (outcome: CommitOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers the commits of many actors into few transactions. */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #queue: Waiting[] = [];
  #running: Promise<void> | null = null;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /**
   * Commits one actor's part together with those of others. An actor must wait for its commit before
   * it asks for the next.
   *
   * @throws {JournalUnavailable} if the transaction failed
   * @throws what the store says of this part, if it cannot be written at all
   */
  commit(part: ActorCommit): Promise<CommitOutcome> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ part, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Resolves when nothing waits or is under way. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // Whatever is ready at this moment joins this transaction.
      await this.#options.clock.yield();
      const batch = this.#queue.slice(0, this.#options.actors_max);
      this.#queue = this.#queue.slice(batch.length);
      await this.#transact(batch);
    }
    // In the same breath as the last look at the queue: a commit that comes later starts anew.
    this.#running = null;
  }

  async #transact(batch: readonly Waiting[]): Promise<void> {
    const { journal, clock, metrics } = this.#options;
    const start = clock.monotonic();
    try {
      const outcomes = await journal.commit(batch.map((waiting) => waiting.part));
      metrics.commitSeconds.observe({}, (clock.monotonic() - start) / 1000);
      metrics.commitBatchSize.observe({}, batch.length);
      for (const [i, waiting] of batch.entries()) waiting.resolve(outcomes[i] ?? "conflict");
    } catch (error) {
      if (batch.length === 1 || error instanceof JournalUnavailable) {
        for (const waiting of batch) waiting.reject(error);
      } else {
        // A part that the store refuses is a defect of one actor: it must not take the others along.
        for (const waiting of batch) await this.#transact([waiting]);
      }
    }
  }
}
