/**
 * The journal in a Postgres database, for many nodes.
 *
 * Each node has one connection for commits, so that they are never behind readers; one for leases,
 * nodes and health, which must not be late either; one that listens for releases; and a few for all else.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type { Entropy } from "../../entropy.ts";
import type { Journal } from "../port.ts";
import { createAgentStore } from "./agents.ts";
import { createCommitter } from "./commit.ts";
import { Connections } from "./connection.ts";
import { createDeadLetterStore } from "./dead_letters.ts";
import { createDirectory } from "./directory.ts";
import { createLeases } from "./lease.ts";
import { createMailboxStore } from "./mailbox.ts";
import { createMaintenance } from "./maintenance.ts";
import { applyMigrations } from "./migrations.ts";
import { createNodes } from "./nodes.ts";
import { createOutbox } from "./outbox.ts";
import { createEventLog } from "./read.ts";
import { Releases } from "./released.ts";
import { createTimerStore } from "./timers.ts";

/**
 * Deadlines of what concerns leases, nodes and health: while a look at the leases hangs, they run out,
 * so it must fail while there is time for another.
 */
const CONTROL = { statement_timeout_ms: 1000, grace_ms: 500 };

/** How the journal is opened. */
export interface PostgresJournalOptions {
  /** `postgres://user:password@host:port/database`; parameters are settings, such as `?search_path=…`. */
  readonly url: string;
  /** How many partitions a new database gets; an existing one keeps its own. */
  readonly partitions: number;
  /** For waits only: the time is the database's. */
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Connections for all that is neither a commit nor a lease. 4 unless given. */
  readonly connections?: number;
  /** How long the server works on one statement that is not about leases, in milliseconds. 10 seconds unless given. */
  readonly statement_timeout_ms?: number;
}

/**
 * Opens the journal, migrating the database if need be.
 *
 * @throws {SynapseError} `journal_too_new`
 * @throws {JournalUnavailable} if the database cannot be reached or used
 */
export async function openPostgresJournal(options: PostgresJournalOptions): Promise<Journal> {
  const { url, clock, entropy, statement_timeout_ms = 10_000 } = options;
  await using resources = new AsyncDisposableStack();
  const connect = (connections: number, deadlines: Partial<typeof CONTROL> = {}) =>
    resources.use(
      new Connections({ url, clock, entropy, connections, statement_timeout_ms, ...deadlines }),
    );
  const [commits, control, news] = [connect(1), connect(1, CONTROL), connect(1)];
  const work = connect(options.connections ?? 4);

  const schema = await control.transaction((db) => applyMigrations(db, options.partitions));
  const releases = new Releases();
  await releases.start(news, schema.channel);
  const journal = {
    id: schema.id,
    ...createCommitter(commits),
    ...createEventLog(work),
    ...createMailboxStore(work),
    ...createLeases(control, { ...schema, onReleased: releases.onReleased }),
    ...createTimerStore(work),
    ...createDirectory(work),
    ...createDeadLetterStore(work),
    ...createAgentStore(work),
    ...createMaintenance({ check: control, work }),
    ...createNodes(control),
    ...createOutbox(work),
  };
  const owned = resources.move();
  return { ...journal, close: () => owned.disposeAsync() };
}
