/**
 * Group commit: the parts of many actors in one statement, which is one transaction and one round trip.
 *
 * The statement calls a function of the database with the whole batch as arrays. Measured with 64 actors
 * in a batch, 2 events of 290 bytes each and a command handled by every fourth commit, on two cores that
 * other work shared with the server: 2.3 ms for a batch, where the bare insert of its 128 events takes
 * 1.0; with the arrays unnested and the status in an index of `actors` it was 3.1. One statement of
 * data-modifying WITH clauses would run all its clauses for every batch, and see nothing that its own
 * clauses or a commit it waited for did. Locking the rows of partitions instead of advisory locks takes
 * as long, and writes 3.6 kB more to the log. The look at the hashes before came later: 0.4 ms of a batch.
 *
 * @module
 */
import { SynapseError } from "../../errors.ts";
import type { ActorCommit, CommitOutcome, Committer } from "../port.ts";
import { COLUMN_COUNT, toColumns } from "./columns.ts";
import type { Connection } from "./connection.ts";

const LEFT_OUT: Readonly<Record<string, CommitOutcome>> = {
  "-1": "fenced",
  "-2": "conflict",
  "-3": "duplicate",
};

/** The place of the expected seqs among the function's arguments, from 0. */
const EXPECTED = 6;

/**
 * A seq where no actor is: expected of one that came to the writer's seq by other events, so that the
 * function, which compares seqs, refuses it. That it is looked up before the function has its locks does
 * no harm: a writer's own last commit is seen, and whatever comes after that look changes the seq.
 */
const NOWHERE = "9223372036854775807";

/** Makes the writing side of the port. */
export function createCommitter(db: Connection): Committer {
  const marks = Array.from({ length: COLUMN_COUNT }, (_, i) => `$${i + 1}`);
  const before = marks.pop();
  marks[EXPECTED] = "ARRAY(SELECT " +
    `CASE WHEN p.expected = 0 OR a.hash = decode(p.hash, 'hex') THEN p.expected ELSE ${NOWHERE} END ` +
    `FROM unnest($2::text[], $3::text[], $4::text[], $7::bigint[], ${before}::text[]) ` +
    "WITH ORDINALITY AS p (tenant, type, id, expected, hash, i) " +
    "LEFT JOIN actors a ON a.tenant = p.tenant AND a.type = p.type AND a.id = p.id ORDER BY p.i)";
  const commit = `SELECT commit_parts(${marks.join(", ")}) AS keys`;

  return {
    async commit(batch) {
      if (batch.length === 0) return [];
      const [row] = await db.query(commit, toColumns(batch));
      return toOutcomes(batch, String(row?.keys));
    },
  };
}

/** @param keys an array literal with the key of each actor, or why it was left out */
function toOutcomes(batch: readonly ActorCommit[], keys: string): readonly CommitOutcome[] {
  const found = keys.slice(1, -1).split(",");
  if (found.length !== batch.length) {
    const message = `Database answered ${found.length} parts of a commit of ${batch.length}`;
    throw new SynapseError("internal", message);
  }
  return found.map((key) => LEFT_OUT[key] ?? "committed");
}
