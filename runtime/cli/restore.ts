/**
 * `synapse restore`: puts a backup into an installation that holds nothing yet.
 *
 * @module
 */
import type { Command } from "commander";
import type { Config } from "../config.ts";
import type { RestoredBackup } from "../compose/backup/restore_backup.ts";
import type { Cli } from "./cli.ts";
import { counted } from "./counted.ts";
import { teach } from "./help.ts";
import { readConfig } from "./load_config.ts";

/** The command. */
export function restoreCommand(cli: Cli): Command {
  return teach("restore <backup>", "Put a backup into an empty installation, and verify it", [
    "restore /backup/synapse/synapse-20260131T235959.000Z",
    "restore backups/synapse-20260131T235959.000Z --config config.yaml --json",
  ])
    .option("--config <file>", "the configuration file (SYNAPSE_CONFIG)")
    .action((backup, options) => restore(cli, backup, options));
}

async function restore(
  cli: Cli,
  folder: string,
  options: { readonly config?: string },
): Promise<void> {
  const config = await readConfig(cli.world, { SYNAPSE_CONFIG: options.config });
  const { restoreBackup } = await import("../compose/backup/restore_backup.ts");
  const restored = await restoreBackup(config, { folder, env: cli.world.env });
  cli.show({ ok: true, ...restored }, () => summary(restored, config));
}

function summary(restored: RestoredBackup, { memory }: Pick<Config, "memory">): string {
  const { verified, manifest: { point }, store, memory_restored } = restored;
  const lines = [
    `Restored ${counted(verified.actors, "actor")} with ${counted(verified.events, "event")} to ` +
    `${store}: none was edited`,
    `It holds everything acknowledged before ${new Date(point.taken_at).toISOString()}`,
  ];
  if (memory !== null && !memory_restored) {
    lines.push("Memory is to be built anew: run `synapse memory reindex` when a node runs");
  }
  return lines.join("\n");
}
