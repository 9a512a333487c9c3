/**
 * What a store holds at one moment, asked alike of both dialects.
 *
 * @module
 */
import type { Address } from "../../../actors/behavior.ts";
import type { BackupPoint } from "../../backup/manifest.ts";
import type { StoredActor } from "../../backup/verify_store.ts";
import { number, type SqlRow } from "../../sql_row.ts";

/** Actors and events by partition; without those that are being deleted. */
export const PARTITION_COUNTS =
  "SELECT partition, count(*) AS actors, coalesce(sum(seq), 0) AS events, max(updated_at) AS last_at " +
  "FROM actors WHERE NOT (tenant = '' AND type = '') GROUP BY partition ORDER BY partition";

/** What waits, and when the mailbox was last written. */
export const MAILBOX_COUNTS = "SELECT count(*) - count(handled_at) AS waiting, " +
  "max(accepted_at) AS accepted_at, max(handled_at) AS handled_at FROM mailbox";

/** The newest migration that it has. */
export const APPLIED_SCHEMA = "SELECT max(number) AS schema FROM migrations";

/**
 * Puts together what the two statements found.
 *
 * @param taken_at a time before the moment at which they looked
 */
export function toPoint(
  taken_at: number,
  partitions: readonly SqlRow[],
  mailbox: SqlRow,
): BackupPoint {
  const counts = partitions.map(({ partition, actors, events }) => ({
    partition: Number(partition),
    actors: Number(actors),
    events: Number(events),
  }));
  const times = [
    ...partitions.map(({ last_at }) => last_at),
    mailbox.accepted_at,
    mailbox.handled_at,
  ]
    .flatMap((time) => time === null || time === undefined ? [] : [Number(time)]);
  return {
    taken_at,
    last_commit_at: times.length === 0 ? null : Math.max(...times),
    actors: counts.reduce((sum, { actors }) => sum + actors, 0),
    events: counts.reduce((sum, { events }) => sum + events, 0),
    waiting: Number(mailbox.waiting),
    partitions: counts,
  };
}

/** An actor as its row says it is. */
export function toStoredActor(row: SqlRow, address: Address): StoredActor {
  return {
    key: number(row, "key"),
    address,
    seq: number(row, "seq"),
    hash: String(row.hash),
    purged: address.tenant === "" && address.type === "",
  };
}
