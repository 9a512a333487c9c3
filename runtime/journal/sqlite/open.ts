/**
 * The journal in one SQLite file, for one process.
 *
 * A lock on a file beside it refuses a second one, while other programs may still read the journal itself.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { migrate } from "../migrate.ts";
import { MIGRATIONS } from "../migrations/sqlite/mod.ts";
import { createNodesInMemory } from "../nodes_in_memory.ts";
import type { Journal } from "../port.ts";
import { createAgentStore } from "./agents.ts";
import { createCommitter } from "./commit.ts";
import { type Connection, number, openConnection, type WritingOptions } from "./connection.ts";
import { createDeadLetterStore } from "./dead_letters.ts";
import { createDirectory } from "./directory.ts";
import { journalId } from "./identity.ts";
import { createLeases } from "./lease.ts";
import { createMailboxStore } from "./mailbox.ts";
import { createMaintenance } from "./maintenance.ts";
import { takeLock } from "./lock.ts";
import { createEventLog } from "./read.ts";
import { createOutbox } from "./outbox.ts";
import { createTimerStore } from "./timers.ts";

/** How the journal is opened. */
export interface SqliteJournalOptions extends WritingOptions {
  /** How many partitions a new file gets; an existing one keeps its own. */
  readonly partitions: number;
  readonly clock: Clock;
}

/**
 * Opens the journal, creating and migrating it if need be.
 *
 * @throws {SynapseError} `journal_in_use` naming the process that has it, `journal_too_new`
 * @throws {JournalUnavailable} if the file cannot be used
 */
export async function openSqliteJournal(options: SqliteJournalOptions): Promise<Journal> {
  using resources = new DisposableStack();
  const lock = await takeLock(options.path);
  resources.defer(() => lock.close());
  const db = openConnection(options);
  resources.defer(() => db.close());
  applyMigrations(db, options.clock);
  const journal = {
    id: journalId(db),
    ...createCommitter(db),
    ...createEventLog(db),
    ...createMailboxStore(db, options.clock),
    ...createLeases(db, options.partitions),
    ...createTimerStore(db, options.clock),
    ...createDirectory(db),
    ...createDeadLetterStore(db, options.clock),
    ...createAgentStore(db, options.clock),
    ...createMaintenance(db, options.clock),
    ...createNodesInMemory(() => options.clock.now()),
    ...createOutbox(db),
  };
  const owned = resources.move();
  return { ...journal, close: () => Promise.try(() => owned.dispose()) };
}

function applyMigrations(db: Connection, clock: Clock): void {
  db.transaction(() => {
    db.exec(
      "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL)",
    );
    migrate({
      applied: () =>
        db.prepare("SELECT number FROM migrations").all().map((row) => number(row, "number")),
      claim: ({ number, name }) =>
        void db.prepare("INSERT INTO migrations (number, name, at) VALUES (?, ?, ?)").run(
          number,
          name,
          clock.now(),
        ),
      exec: (sql) => db.exec(sql),
    }, MIGRATIONS);
  });
}
