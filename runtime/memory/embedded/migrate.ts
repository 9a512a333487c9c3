/**
 * Brings the file's schema up to date. Forward only: a released step is never changed.
 *
 * @module
 */
import { SynapseError } from "../../errors.ts";
import { type Connection, number } from "../../sqlite/connection.ts";
import initial from "./migrations/000001_initial.sql" with { type: "text" };

/** All steps in order. SQLite's own `user_version` says how many a file has. */
const STEPS: readonly string[] = [initial];

/**
 * Applies the steps that the file lacks.
 *
 * @throws {SynapseError} `memory_unavailable` if the file has steps that this program does not know
 */
export function migrateMemory(db: Connection, path: string): void {
  db.transaction(() => {
    const found = number(db.prepare("PRAGMA user_version").get() ?? {}, "user_version");
    if (found > STEPS.length) {
      throw new SynapseError(
        "memory_unavailable",
        `Memory ${path} has schema ${found}, this program knows up to ${STEPS.length}: ` +
          "run the newer Synapse that wrote it, or move the file away and run `synapse memory reindex`",
      );
    }
    for (const step of STEPS.slice(found)) db.exec(step);
    db.exec(`PRAGMA user_version = ${STEPS.length}`);
  });
}
