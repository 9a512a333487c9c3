/**
 * `synapse backup`: copies the configured journal while nodes work on it.
 *
 * @module
 */
import type { Command } from "commander";
import type { MadeBackup } from "../compose/backup/make_backup.ts";
import type { Cli } from "./cli.ts";
import { counted } from "./counted.ts";
import { EXIT } from "./exit_code.ts";
import { severalTimes, teach, wholeNumber } from "./help.ts";
import { readConfig } from "./load_config.ts";

interface BackupOptions {
  readonly config?: string;
  readonly to: string;
  readonly keep?: number;
  readonly keepDays?: number;
  readonly recipient?: readonly string[];
  readonly withMemory?: boolean;
}

/** The command. */
export function backupCommand(cli: Cli): Command {
  return teach("backup", "Copy the journal, beside running nodes", [
    "backup --to /backup/synapse",
    "backup --to /backup/synapse --keep 14",
    "backup --to /backup/synapse --keep-days 30 --recipient age1… --with-memory",
    "backup --config config.yaml --to /backup/synapse --json",
  ])
    .option("--config <file>", "the configuration file (SYNAPSE_CONFIG)")
    .requiredOption("--to <folder>", "the folder of this installation's backups")
    .option(
      "--keep <n>",
      "how many stay, the new one included",
      wholeNumber(1),
    )
    .option(
      "--keep-days <n>",
      "for how many days they stay; with --keep, what either says. All stay with neither",
      wholeNumber(1),
    )
    .option(
      "--recipient <key>",
      "encrypt to this public key of age; several times for several (SYNAPSE_BACKUP_RECIPIENTS)",
      severalTimes,
    )
    .option("--with-memory", "with a snapshot of the index of memory, where that is a Qdrant")
    .action((options) => backup(cli, options));
}

async function backup(cli: Cli, options: BackupOptions): Promise<void> {
  const config = await readConfig(cli.world, { SYNAPSE_CONFIG: options.config });
  const recipients = [...new Set(options.recipient ?? config.backup.recipients)];
  const [{ makeBackup }, { encryptionTo }] = await Promise.all([
    import("../compose/backup/make_backup.ts"),
    import("../backup/encryption.ts"),
  ]);
  // Said before anything else is looked at, as of any other option.
  encryptionTo(recipients);
  const { clock, entropy, env } = cli.world;
  const made = await makeBackup(config, {
    to: options.to,
    keep: options.keep ?? null,
    keep_days: options.keepDays ?? null,
    recipients,
    with_memory: options.withMemory ?? false,
    clock,
    entropy,
    env,
  });
  // The disk fills up otherwise, and nobody hears of it; or a clock is wrong.
  if (made.unremoved !== null || made.ahead.length > 0) cli.exit = EXIT.failed;
  cli.show(made, () => summary(made));
}

function summary(made: MadeBackup): string {
  const { path, manifest: { point, memory, files, recipients }, removed } = made;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const lines = [
    `Wrote ${path}: ${counted(point.actors, "actor")} with ${counted(point.events, "event")}, ` +
    `${counted(bytes, "byte")}`,
    `Everything acknowledged before ${new Date(point.taken_at).toISOString()} is in it`,
  ];
  if (recipients.length > 0) {
    lines.push(`Encrypted to ${recipients.join(", ")}: nobody reads it without a private key`);
  }
  if (memory === "in_use") {
    lines.push(
      "A running node has memory for itself, so it is left out: it is built anew after a restore",
    );
  }
  if (memory === "left_out") {
    lines.push("Memory is left out: it is built anew after a restore (or give --with-memory)");
  }
  if (made.unnoted !== null) {
    lines.push(
      `The nodes do not hear of it, and their metrics name the one before: ${made.unnoted}`,
    );
  }
  if (removed.length > 0) lines.push(`Removed ${counted(removed.length, "older one")}`);
  if (made.unremoved !== null) {
    lines.push(`Older or interrupted ones cannot be removed: ${made.unremoved}`);
  }
  if (made.ahead.length > 0) {
    lines.push(
      `The clock is wrong, or was: names lie in the future, and those stay whatever --keep says. ` +
        `Correct it, or move them away: ${made.ahead.join(", ")}`,
    );
  }
  return lines.join("\n");
}
