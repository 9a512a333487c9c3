/**
 * Test support: a journal that fails when the test says so, in each way in which a store can fail.
 *
 * @module
 */
import { invariant } from "../../actors/invariant.ts";
import { type Journal, JournalUnavailable } from "../journal/port.ts";

/**
 * What happens to a commit.
 *
 * - `passes`.
 * - `refused`: nothing is written, and that is certain.
 * - `lost`: nothing is written, and nobody knows.
 * - `unknown`: it is written, and nobody knows.
 * - `dies`: nothing is written, and nothing can be read or written any more, as for a process that ended.
 * - `dies_after`: it is written, and then the same.
 */
export type CommitFate = "passes" | "refused" | "lost" | "unknown" | "dies" | "dies_after";

/** A journal between the engine and the real one. */
export class FlakyJournal {
  /** Decides over the next commit. */
  fate: () => CommitFate = () => "passes";
  /** Whether nothing can be written: a full disk. */
  full = false;
  /** Whether the process ended, as far as the journal is concerned. */
  dead = false;
  /** Commits that were written. */
  commits = 0;

  /** Stands before that journal. */
  wrap(journal: Journal): Journal {
    const guarded = { ...journal };
    const reading = [
      "load",
      "readEvents",
      "backlog",
      "handled",
      "dueTimers",
      "nextTimerIn",
      "owed",
    ] as const;
    for (const method of reading) this.#guard(guarded, method, () => this.dead);
    const writing = ["accept", "take", "purge", "check", "release", "renew"] as const;
    for (const method of writing) this.#guard(guarded, method, () => this.dead || this.full);
    return { ...guarded, commit: (batch) => this.#commit(journal, batch) };
  }

  #guard(journal: Journal, method: keyof Journal, fails: () => boolean): void {
    const inner = journal[method];
    invariant(typeof inner === "function", `${method} is a method`);
    const guarded = (...args: unknown[]) =>
      fails() ? Promise.reject(this.#away(!this.dead)) : Reflect.apply(inner, journal, args);
    Object.assign(journal, { [method]: guarded });
  }

  async #commit(journal: Journal, batch: Parameters<Journal["commit"]>[0]) {
    if (this.dead || this.full) throw this.#away(!this.dead);
    const fate = this.fate();
    if (fate === "dies" || fate === "dies_after") this.dead = true;
    if (fate === "refused" || fate === "lost" || fate === "dies") {
      throw this.#away(fate === "refused");
    }
    const outcomes = await journal.commit(batch);
    this.commits += 1;
    if (fate !== "passes") throw this.#away(false);
    return outcomes;
  }

  #away(rolled_back: boolean): JournalUnavailable {
    const reason = this.full ? "the disk is full" : "the connection broke";
    return new JournalUnavailable(`Journal cannot be used: ${reason}`, { rolled_back });
  }
}
