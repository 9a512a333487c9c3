/**
 * `synapse backup`: copies the configured journal while nodes work on it.
 *
 * @module
 */
import type { Command } from "commander";
import type { WrittenBackup } from "../backup/backup_folder.ts";
import type { Cli } from "./cli.ts";
import { counted } from "./counted.ts";
import { teach, wholeNumber } from "./help.ts";
import { readConfig } from "./load_config.ts";

interface BackupOptions {
  readonly config?: string;
  readonly to: string;
  readonly keep?: number;
}

/** The command. */
export function backupCommand(cli: Cli): Command {
  return teach("backup", "Copy the journal, beside running nodes", [
    "backup --to /backup/synapse",
    "backup --to /backup/synapse --keep 14",
    "backup --config config.yaml --to /backup/synapse --json",
  ])
    .option("--config <file>", "the configuration file (SYNAPSE_CONFIG)")
    .requiredOption("--to <folder>", "the folder of this installation's backups")
    .option(
      "--keep <n>",
      "how many may stay, the new one included; all unless given",
      wholeNumber(1),
    )
    .action((options) => backup(cli, options));
}

async function backup(cli: Cli, { config: file, to, keep }: BackupOptions): Promise<void> {
  const config = await readConfig(cli.world, { SYNAPSE_CONFIG: file });
  const { makeBackup } = await import("../compose/backup/make_backup.ts");
  const { clock, env } = cli.world;
  const written = await makeBackup(config, { to, keep: keep ?? null, clock, env });
  cli.show(written, () => summary(written));
}

function summary({ path, manifest: { point, memory, files }, removed }: WrittenBackup): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const lines = [
    `Wrote ${path}: ${counted(point.actors, "actor")} with ${counted(point.events, "event")}, ` +
    `${counted(bytes, "byte")}`,
    `Everything acknowledged before ${new Date(point.taken_at).toISOString()} is in it`,
  ];
  if (memory === "in_use") {
    lines.push(
      "A running node has memory for itself, so it is left out: it is built anew after a restore",
    );
  }
  if (removed.length > 0) lines.push(`Removed ${counted(removed.length, "older one")}`);
  return lines.join("\n");
}
