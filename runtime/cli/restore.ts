/**
 * `synapse restore`: puts a backup into an installation that holds nothing yet.
 *
 * @module
 */
import type { Command } from "commander";
import type { Config } from "../config.ts";
import type { RestoredBackup } from "../compose/backup/restore_backup.ts";
import { errorMessage } from "../errors.ts";
import type { Cli } from "./cli.ts";
import { CliError } from "./cli_error.ts";
import { counted } from "./counted.ts";
import { EXIT } from "./exit_code.ts";
import { severalTimes, teach } from "./help.ts";
import { readConfig } from "./load_config.ts";

interface RestoreOptions {
  readonly config?: string;
  readonly identity?: readonly string[];
  readonly withoutMemory?: boolean;
}

/** The command. */
export function restoreCommand(cli: Cli): Command {
  return teach("restore <backup>", "Put a backup into an empty installation, and verify it", [
    "restore /backup/synapse/synapse-20260131T235959.000Z",
    "restore /backup/synapse/synapse-20260131T235959.000Z --identity backup.key",
    "restore backups/synapse-20260131T235959.000Z --config config.yaml --json",
  ])
    .option("--config <file>", "the configuration file (SYNAPSE_CONFIG)")
    .option(
      "--identity <file>",
      "a file with private keys of age, for a backup that is encrypted; several times for several",
      severalTimes,
    )
    .option("--without-memory", "leave the index of memory alone: it is built anew afterwards")
    .action((backup, options) => restore(cli, backup, options));
}

async function restore(cli: Cli, folder: string, options: RestoreOptions): Promise<void> {
  const config = await readConfig(cli.world, { SYNAPSE_CONFIG: options.config });
  const { restoreBackup } = await import("../compose/backup/restore_backup.ts");
  const { clock, entropy, env } = cli.world;
  const restored = await restoreBackup(config, {
    folder,
    identities: await readIdentities(options.identity ?? []),
    with_memory: !options.withoutMemory,
    clock,
    entropy,
    env,
  });
  cli.show({ ok: true, ...restored }, () => summary(restored, config));
}

async function readIdentities(paths: readonly string[]): Promise<string[]> {
  const { parseIdentities } = await import("../backup/encryption.ts");
  const found: string[] = [];
  for (const path of paths) {
    const text = await Deno.readTextFile(path).catch((error) => {
      throw new CliError(`The identity file ${path} cannot be read: ${errorMessage(error)}`, {
        exit: EXIT.usage,
        code: "usage",
      });
    });
    found.push(...await parseIdentities(text, path));
  }
  return found;
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
