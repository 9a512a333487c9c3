/**
 * Which backups may go.
 *
 * @module
 */

/** `synapse-20260131T235959.123Z`: in the order of time when sorted. */
const NAME = /^synapse-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2}\.\d{3})Z$/;

const DAY_MS = 24 * 3600 * 1000;

/** What stays: what either of the two says. With neither, all. */
export interface Retention {
  /** So many of the newest. */
  readonly keep: number | null;
  /** Those that are not older than so many days. */
  readonly keep_days: number | null;
}

/** The name of a backup made at that time, in milliseconds since the epoch. */
export function backupName(at: number): string {
  return `synapse-${new Date(at).toISOString().replace(/[-:]/g, "")}`;
}

/** Whether that is the name of a complete backup. */
export function isBackupName(name: string): boolean {
  return NAME.test(name);
}

/**
 * The backups that nothing keeps, the oldest first. The newest always stays. Names that lie in the
 * future stay, and are not counted: a clock was wrong, and nobody knows how old they are.
 *
 * @param names of complete backups
 * @param now in milliseconds since the epoch: the time of the one just written
 */
export function outdated(
  names: readonly string[],
  { keep, keep_days }: Retention,
  now: number,
): string[] {
  if (keep === null && keep_days === null) return [];
  const sorted = names.filter((name) => timeOf(name) <= now).sort();
  const newest = sorted.slice(-Math.max(1, keep ?? 0));
  const since = keep_days === null ? Infinity : now - keep_days * DAY_MS;
  return sorted.filter((name) => !newest.includes(name) && timeOf(name) < since);
}

/** Those whose names lie in the future, in the order of time. */
export function ahead(names: readonly string[], now: number): string[] {
  return names.filter((name) => timeOf(name) > now).sort();
}

function timeOf(name: string): number {
  const [, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
