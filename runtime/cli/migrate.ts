/**
 * `synapse migrate`: brings the configured journal's tables up to date, or says whether they are.
 *
 * @module
 */
import type { Command } from "commander";
import type { Cli } from "./cli.ts";
import { counted } from "./counted.ts";
import { EXIT } from "./exit_code.ts";
import { teach } from "./help.ts";
import { readConfig } from "./load_config.ts";

interface MigrateOptions {
  readonly config?: string;
  readonly check?: boolean;
}

/** The command. */
export function migrateCommand(cli: Cli): Command {
  return teach("migrate", "Bring the journal's tables up to date, and exit", [
    "migrate",
    "migrate --check",
    "migrate --config config.yaml --json",
  ])
    .option("--config <file>", "the configuration file (SYNAPSE_CONFIG)")
    .option("--check", "change nothing; exit code 1 if a migration is missing")
    .action((options) => migrate(cli, options));
}

async function migrate(cli: Cli, options: MigrateOptions): Promise<void> {
  const config = await readConfig(cli.world, { SYNAPSE_CONFIG: options.config });
  const [{ readSchema }, { openJournal }, { silentLogger }] = await Promise.all([
    import("../compose/journal_schema.ts"),
    import("../compose/open_journal.ts"),
    import("../telemetry/silent.ts"),
  ]);
  const { store, newest, missing } = await readSchema(config.journal);
  if (options.check) {
    if (missing.length > 0) cli.exit = EXIT.failed;
    const found = { ok: missing.length === 0, store, schema: newest - missing.length, missing };
    return cli.show(
      found,
      () =>
        missing.length === 0
          ? `${store} is at schema ${newest}, which is the newest`
          : `${store} lacks ${counted(missing.length, "migration")}: ${missing.join(", ")}`,
    );
  }
  if (missing.length > 0) {
    const journal = await openJournal(config, { clock: cli.world.clock, log: silentLogger });
    await journal.close();
  }
  cli.show(
    { store, schema: newest, applied: missing },
    () =>
      missing.length === 0
        ? `${store} is at schema ${newest} already`
        : `Applied ${counted(missing.length, "migration")} to ${store}: ${missing.join(", ")}`,
  );
}
