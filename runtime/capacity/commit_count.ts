/**
 * Counts what reaches a journal.
 *
 * @module
 */
import type { Journal } from "../journal/port.ts";

/** How much was committed. */
export interface CommitTotal {
  readonly transactions: number;
  /** Parts of actors, one for each step. */
  readonly commits: number;
  readonly events: number;
}

/** Stands between an engine and its journal. */
export class CommitCount {
  #total: CommitTotal = { transactions: 0, commits: 0, events: 0 };

  /** The journal, with its commits counted. */
  readonly wrap = (journal: Journal): Journal => ({
    ...journal,
    commit: (batch) => {
      const { transactions, commits, events } = this.#total;
      this.#total = {
        transactions: transactions + 1,
        commits: commits + batch.length,
        events: events + batch.reduce((sum, part) => sum + part.events.length, 0),
      };
      return journal.commit(batch);
    },
  });

  /** All so far. */
  total(): CommitTotal {
    return this.#total;
  }

  /** All since an earlier total. */
  since(before: CommitTotal): CommitTotal {
    const { transactions, commits, events } = this.#total;
    return {
      transactions: transactions - before.transactions,
      commits: commits - before.commits,
      events: events - before.events,
    };
  }
}
