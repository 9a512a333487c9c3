/**
 * Test support: backups and restores, with what a command line would give them.
 *
 * @module
 */
import { systemClock } from "../../clock.ts";
import type { Config } from "../../config.ts";
import { systemEntropy } from "../../entropy.ts";
import { type MadeBackup, makeBackup, type MakeBackupOptions } from "./make_backup.ts";
import { restoreBackup, type RestoreBackupOptions, type RestoredBackup } from "./restore_backup.ts";

type Place = Pick<Config, "journal" | "memory">;

const WORLD = { clock: systemClock, entropy: systemEntropy, env: {} };

/** Makes a backup that is not encrypted, and keeps all, unless told otherwise. */
export function makeTestBackup(
  place: Place,
  to: string,
  more: Partial<MakeBackupOptions> = {},
): Promise<MadeBackup> {
  const plain = { keep: null, keep_days: null, recipients: [], with_memory: false };
  return makeBackup(place, { ...WORLD, ...plain, to, ...more });
}

/** Restores a backup, without a key unless told otherwise. */
export function restoreTestBackup(
  place: Place,
  folder: string,
  more: Partial<RestoreBackupOptions> = {},
): Promise<RestoredBackup> {
  return restoreBackup(place, { ...WORLD, identities: [], with_memory: true, folder, ...more });
}
