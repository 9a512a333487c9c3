/**
 * Leases on partitions. The file belongs to one process (see `open.ts`), so a lease lasts as long as
 * that process; the epochs still rise, and every commit still proves its own.
 *
 * @module
 */
import type { Lease, Leases } from "../port.ts";
import { type Connection, number, text } from "./connection.ts";

/** Makes the lease side of the port. */
export function createLeases(db: Connection, wanted_count: number): Leases {
  const partition_count = fixPartitionCount(db, wanted_count);
  // Whoever held one before is gone: this process has the file's lock.
  db.exec("UPDATE partitions SET owner = NULL");
  const acquire = db.prepare(
    "UPDATE partitions SET owner = ?, epoch = epoch + 1 " +
      "WHERE owner IS NULL AND id IN (SELECT value FROM json_each(?)) RETURNING id, epoch",
  );
  const held = db.prepare("SELECT 1 FROM partitions WHERE id = ? AND owner = ? AND epoch = ?");
  const release = db.prepare(
    "UPDATE partitions SET owner = NULL WHERE id = ? AND owner = ? AND epoch = ?",
  );
  return {
    partition_count,
    acquire: (node, partitions) =>
      Promise.try(() =>
        acquire.all(node, JSON.stringify(partitions)).map((row): Lease => ({
          partition: number(row, "id"),
          epoch: number(row, "epoch"),
          until: null,
        }))
      ),
    renew: (node, leases) =>
      Promise.try(() =>
        leases.filter((lease) => held.get(lease.partition, node, lease.epoch) !== undefined)
      ),
    release: (node, leases) =>
      Promise.try(() =>
        db.transaction(() => {
          for (const lease of leases) release.run(lease.partition, node, lease.epoch);
        })
      ),
    // There is no other node that could give any back.
    onReleased: () => () => {},
  };
}

/** The count is written when the file is new and read for ever after: it decides where actors live. */
function fixPartitionCount(db: Connection, wanted: number): number {
  return db.transaction(() => {
    const stored = db.prepare("SELECT value FROM settings WHERE name = 'partitions'").get();
    if (stored) return Number(text(stored, "value"));
    db.prepare("INSERT INTO settings (name, value) VALUES ('partitions', ?)").run(String(wanted));
    const insert = db.prepare("INSERT INTO partitions (id, epoch) VALUES (?, 0)");
    for (let id = 0; id < wanted; id++) insert.run(id);
    return wanted;
  });
}
