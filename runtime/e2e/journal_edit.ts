/**
 * Test support: a hand in the journal of a stopped node.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";

/** Runs one statement that must change something. */
export function editJournal(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  try {
    assert.ok(db.prepare(sql).run().changes > 0, `Nothing was changed by ${sql}`);
  } finally {
    db.close();
  }
}
