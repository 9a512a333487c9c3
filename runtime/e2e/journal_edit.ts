/**
 * Test support: a hand in the journal of a stopped node.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";

/**
 * Leaves a command of a newer version in the mailbox of every actor, as a node does that is rolled
 * back: it becomes a dead letter.
 */
export function poisonMailboxes(path: string): void {
  editJournal(
    path,
    "INSERT INTO mailbox (tenant, type, actor, id, partition, command, digest, sender, accepted_at, attempts) " +
      "SELECT tenant, type, id, 'cmd_new', partition, '{\"type\":\"of.tomorrow\"}', '', 'test', 0, 0 FROM actors",
  );
}

/** Runs one statement that must change something. */
export function editJournal(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  try {
    assert.ok(db.prepare(sql).run().changes > 0, `Nothing was changed by ${sql}`);
  } finally {
    db.close();
  }
}
