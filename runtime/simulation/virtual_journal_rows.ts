/**
 * Mailbox, timers, outbox and leases of the virtual journal.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import { addressKey } from "../engine/placement.ts";
import type { Lease, Leases, MailboxStore, Outbox, TimerStore } from "../journal/port.ts";
import { type CommandRow, entryKey, sameActor, type Tables } from "./journal_tables.ts";

/** Commands accepted and not yet handled, by that clock. */
export function createMailbox(tables: Tables, now: () => number): MailboxStore {
  const waiting = () => [...tables.mailbox.values()].filter(({ mark }) => mark === null);
  return {
    accept: async (rows) => rows.map((row) => tables.accept(row, now()) ? "accepted" : "duplicate"),
    backlog: async (partitions, limit) => {
      const found = new Map<string, Address>();
      for (const { row } of waiting()) {
        if (partitions.includes(row.partition)) found.set(addressKey(row.address), row.address);
      }
      return [...found.values()].slice(0, limit);
    },
    take: async (address, limit, except) => {
      const own = waiting().filter(({ row }) =>
        sameActor(row.address, address) && !except.includes(row.id)
      );
      // One that was begun before comes alone.
      const taken = own.slice(0, own[0]?.attempts ? Math.min(1, limit) : limit);
      return taken.map((command: CommandRow) => {
        const { id, command: body, sender } = command.row;
        return { address, id, command: body, sender, attempts: ++command.attempts };
      });
    },
    handled: async (address, id) => tables.mailbox.get(entryKey(address, id))?.mark ?? null,
  };
}

/** Timers, by that clock. */
export function createTimers(tables: Tables, now: () => number): TimerStore {
  const of = (partitions: readonly number[]) =>
    [...tables.timers.values()].filter(({ partition }) => partitions.includes(partition))
      .sort((a, b) => a.at - b.at);
  return {
    dueTimers: async (partitions, limit) =>
      of(partitions).filter(({ at }) => at <= now()).slice(0, limit)
        .map(({ partition: _, ...timer }) => timer),
    nextTimerIn: async (partitions, after = -Infinity) => {
      const next = of(partitions).find(({ at }) => at > after);
      return next ? Math.max(0, next.at - now()) : null;
    },
  };
}

/** What other systems do not have yet. */
export function createOutbox(tables: Tables): Outbox {
  return {
    outgoing: async (partitions, limit) =>
      [...tables.outbox.values()].filter(({ partition }) => partitions.includes(partition))
        .slice(0, limit).map(({ at: _, ...outgoing }) => outgoing),
    delivered: async (through) => {
      for (const row of [...tables.outbox.values()]) {
        const gone = through.some(({ partition, position }) =>
          partition === row.partition && position >= row.position
        );
        if (gone) tables.outbox.delete(row.position);
      }
    },
  };
}

/** Leases, by that clock. */
export function createLeases(tables: Tables, now: () => number): Leases {
  const listeners = new Set<() => void>();
  const held = (node: string, { partition, epoch }: Lease) => {
    const row = tables.partitions[partition];
    return row?.owner === node && row.epoch === epoch ? row : null;
  };
  return {
    partition_count: tables.partitions.length,
    acquire: async (node, partitions, lease_ms) =>
      partitions.flatMap((partition): Lease[] => {
        const row = tables.partitions[partition];
        if (!row) return [];
        if (row.owner !== null && row.until > now()) return [];
        Object.assign(row, { owner: node, epoch: row.epoch + 1, until: now() + lease_ms });
        return [{ partition, epoch: row.epoch, until: row.until }];
      }),
    renew: async (node, leases, lease_ms) =>
      leases.flatMap((lease): Lease[] => {
        const row = held(node, lease);
        if (!row) return [];
        row.until = now() + lease_ms;
        return [{ ...lease, until: row.until }];
      }),
    release: async (node, leases) => {
      for (const lease of leases) {
        const row = held(node, lease);
        if (row) row.owner = null;
      }
      for (const listener of listeners) listener();
    },
    onReleased: (listener) => {
      // Its own, so that the same function may listen twice.
      const own = () => listener();
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}
