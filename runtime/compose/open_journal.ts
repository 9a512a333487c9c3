/**
 * The journal that a configuration names.
 *
 * @module
 */
import { dirname } from "node:path";
import type { Clock } from "../clock.ts";
import type { Config, PostgresConfig, SqliteConfig } from "../config.ts";
import { systemEntropy } from "../entropy.ts";
import type { Journal } from "../journal/port.ts";
import type { Logger } from "../telemetry/port.ts";
import { makeDataFolder } from "./data_folder.ts";

/** What a journal needs besides its configuration. */
export interface JournalWorld {
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Opens the journal, creating and migrating it if need be.
 *
 * @throws {SynapseError} `journal_in_use`, `journal_too_new`
 * @throws {JournalUnavailable} if it cannot be used
 */
export async function openJournal(
  { journal: config }: Pick<Config, "journal">,
  { clock, log }: JournalWorld,
): Promise<Journal> {
  const journal = config.kind === "sqlite"
    ? await openSqlite(config, clock)
    : await openPostgres(config, clock);
  const [wanted, found] = [config.partitions, journal.partition_count];
  if (wanted !== found) {
    log.warn(
      { wanted, found },
      "Journal was created with another number of partitions, and keeps it",
    );
  }
  return journal;
}

async function openSqlite(config: SqliteConfig, clock: Clock): Promise<Journal> {
  const { openSqliteJournal } = await import("../journal/sqlite/open.ts");
  const { path, synchronous, partitions } = config;
  await makeDataFolder(dirname(path));
  return await openSqliteJournal({ path, synchronous, partitions, clock });
}

/** Whoever keeps the journal in a file does without the driver. */
async function openPostgres({ url, partitions }: PostgresConfig, clock: Clock): Promise<Journal> {
  const { openPostgresJournal } = await import("../journal/postgres/open.ts");
  return await openPostgresJournal({ url, partitions, clock, entropy: systemEntropy });
}
