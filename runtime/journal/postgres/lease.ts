/**
 * Leases on partitions, by the database's clock. That a lease is over takes nothing from its owner;
 * only a higher epoch does, and that comes when no commit is under way in the partition.
 *
 * @module
 */
import type { Lease, Leases } from "../port.ts";
import { arrayLiteral } from "./array_literal.ts";
import type { Connection } from "./connection.ts";
import { number, type Row } from "./row.ts";
import { storedText } from "../../stored_text.ts";

const ACQUIRE = "SELECT partition, held_epoch AS epoch, until " +
  "FROM acquire_partitions($1, $2::integer[], $3)";

/** Rows are locked in the order of ids, here as in `acquire_partitions()`. */
const HELD = "WITH held AS (SELECT p.id FROM partitions p " +
  "JOIN unnest($2::integer[], $3::bigint[]) AS l (id, epoch) ON l.id = p.id AND l.epoch = p.epoch " +
  "WHERE p.owner = $1 ORDER BY p.id FOR NO KEY UPDATE OF p) ";

const RENEW = HELD + "UPDATE partitions p SET lease_until = now_ms() + $4::bigint FROM held " +
  "WHERE p.id = held.id RETURNING p.id AS partition, p.epoch, p.lease_until AS until";

const RELEASE = HELD +
  ", freed AS (UPDATE partitions p SET owner = NULL, lease_until = NULL FROM held " +
  "WHERE p.id = held.id RETURNING p.id) " +
  "SELECT pg_notify($4, '') FROM (SELECT count(*) AS n FROM freed) AS freed WHERE n > 0";

/** What the leases need besides the connection. */
export interface LeaseOptions {
  readonly partition_count: number;
  /** The channel on which releases are told. */
  readonly channel: string;
  /** See {@link Leases.onReleased}. */
  readonly onReleased: Leases["onReleased"];
}

/** Makes the lease side of the port. */
export function createLeases(db: Connection, options: LeaseOptions): Leases {
  const { partition_count, channel, onReleased } = options;
  return {
    partition_count,
    async acquire(node, partitions, lease_ms) {
      const values = [storedText(node), arrayLiteral(partitions), lease_ms];
      return (await db.query(ACQUIRE, values)).map(toLease);
    },
    async renew(node, leases, lease_ms) {
      return (await db.query(RENEW, [...toValues(node, leases), lease_ms])).map(toLease);
    },
    async release(node, leases) {
      await db.query(RELEASE, [...toValues(node, leases), channel]);
    },
    onReleased,
  };
}

function toValues(node: string, leases: readonly Lease[]): string[] {
  const partitions = leases.map(({ partition }) => partition);
  const epochs = leases.map(({ epoch }) => epoch);
  return [storedText(node), arrayLiteral(partitions), arrayLiteral(epochs)];
}

function toLease(row: Row): Lease {
  return {
    partition: number(row, "partition"),
    epoch: number(row, "epoch"),
    until: number(row, "until"),
  };
}
