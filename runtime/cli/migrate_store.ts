/**
 * `synapse migrate-store`: moves a journal from its file to the configured Postgres.
 *
 * @module
 */
import type { Command } from "commander";
import { findDataFile } from "../compose/data_folder.ts";
import { journalPath } from "../config/journal_path.ts";
import type { Cli } from "./cli.ts";
import { CliError } from "./cli_error.ts";
import { counted } from "./counted.ts";
import { EXIT } from "./exit_code.ts";
import { teach } from "./help.ts";
import { readConfig } from "./load_config.ts";

interface MigrateStoreOptions {
  readonly config?: string;
  readonly from?: string;
}

/** The command. */
export function migrateStoreCommand(cli: Cli): Command {
  return teach("migrate-store", "Move the journal from its file to Postgres, once and for all", [
    "migrate-store",
    "migrate-store --from /opt/synapse/data/synapse.db",
  ])
    .option("--config <file>", "the configuration file (SYNAPSE_CONFIG); it names the Postgres")
    .option("--from <file>", "the journal's file; the one of the data folder unless given")
    .action((options) => migrate(cli, options));
}

async function migrate(cli: Cli, options: MigrateStoreOptions): Promise<void> {
  const config = await readConfig(cli.world, { SYNAPSE_CONFIG: options.config });
  if (config.journal.kind !== "postgres") {
    throw new CliError("Wanted a Postgres to move the journal to", {
      exit: EXIT.usage,
      code: "usage",
      hint: "Set DATABASE_URL to it, as the nodes will have it",
    });
  }
  const from = options.from ?? journalPath(config);
  if (findDataFile(from) === null) {
    throw new CliError(`There is no journal at ${from}`, {
      exit: EXIT.notFound,
      code: "journal_not_found",
    });
  }
  const { migrateStore } = await import("../compose/backup/migrate_store.ts");
  const moved = await migrateStore({
    from,
    url: config.journal.url,
    clock: cli.world.clock,
    ...(cli.terminal.watched && !cli.json
      ? { onTable: (name, rows) => cli.terminal.note(`${name}: ${counted(rows, "row")}`) }
      : {}),
  });
  cli.show({ ok: true, from, ...moved }, () =>
    [
      `Moved ${counted(moved.verified.actors, "actor")} with ` +
      `${counted(moved.verified.events, "event")} from ${from}: none was edited`,
      "Start nodes on the database only; a node on the old file would do everything twice",
    ].join("\n"));
}
