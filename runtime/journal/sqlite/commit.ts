/**
 * Group commit: the parts of many actors in one transaction.
 *
 * @module
 */
import type { ActorCommit, CommitOutcome, Committer } from "../port.ts";
import { type Connection, number, text } from "./connection.ts";
import { createRowWriter } from "./commit_rows.ts";

/** Thrown to leave a transaction that would write nothing. */
class NothingCommitted extends Error {
  readonly outcomes: readonly CommitOutcome[];
  constructor(outcomes: readonly CommitOutcome[]) {
    super("Nothing committed");
    this.outcomes = outcomes;
  }
}

/** Makes the writing side of the port. */
export function createCommitter(db: Connection): Committer {
  const selectEpoch = db.prepare("SELECT epoch FROM partitions WHERE id = ?");
  const selectActor = db.prepare(
    "SELECT key, seq, hash FROM actors WHERE tenant = ? AND type = ? AND id = ?",
  );
  const selectHandled = db.prepare(
    "SELECT 1 FROM mailbox WHERE tenant = ? AND type = ? AND actor = ? AND id = ? AND handled_at IS NOT NULL AND refused = 0",
  );
  const selectTimer = db.prepare(
    "SELECT 1 FROM timers WHERE tenant = ? AND type = ? AND actor = ? AND name = ? AND at = ?",
  );
  const rows = createRowWriter(db);

  /** Every check comes before the first row of that actor is written. */
  function commitPart(part: ActorCommit, epochs: Map<number, number>): CommitOutcome {
    const { tenant, type, id } = part.address;
    if (epochOf(part.partition, epochs) !== part.epoch) return "fenced";
    const actor = selectActor.get(tenant, type, id);
    if ((actor ? number(actor, "seq") : 0) !== part.expected_seq) return "conflict";
    if (actor && text(actor, "hash") !== part.expected_hash) return "conflict";
    for (const mark of part.handled) {
      if (selectHandled.get(tenant, type, id, mark.id)) return "duplicate";
    }
    for (const timer of part.timers) {
      if (timer.op !== "fired") continue;
      if (!selectTimer.get(tenant, type, id, timer.name, timer.at)) return "duplicate";
    }
    rows.write(part, actor ? number(actor, "key") : null);
    return "committed";
  }

  function epochOf(partition: number, epochs: Map<number, number>): number {
    let epoch = epochs.get(partition);
    if (epoch === undefined) {
      const row = selectEpoch.get(partition);
      epoch = row ? number(row, "epoch") : -1;
      epochs.set(partition, epoch);
    }
    return epoch;
  }

  function commitAll(batch: readonly ActorCommit[]): readonly CommitOutcome[] {
    try {
      return db.transaction(() => {
        const epochs = new Map<number, number>();
        const outcomes = batch.map((part) => commitPart(part, epochs));
        if (!outcomes.includes("committed")) throw new NothingCommitted(outcomes);
        return outcomes;
      });
    } catch (error) {
      if (error instanceof NothingCommitted) return error.outcomes;
      throw error;
    }
  }

  return { commit: (batch) => Promise.try(commitAll, batch) };
}
