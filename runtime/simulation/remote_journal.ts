/**
 * The journal as one process reaches it: over a network on which calls are slow, fail, or are done
 * although their caller heard of an error.
 *
 * @module
 */
import type { Journal, Lease } from "../journal/port.ts";
import type { Weather } from "./faults.ts";
import type { Process } from "./process.ts";
import type { Trace } from "./trace.ts";
import type { VirtualJournal } from "./virtual_journal.ts";

/** What a connection to the journal is made of. */
export interface RemoteJournalOptions {
  readonly process: Process;
  readonly journal: VirtualJournal;
  readonly weather: Weather;
  readonly trace: Trace;
  /** Hears that a lease is given back while commits under it are under way. */
  readonly onEarlyRelease: (lease: Lease) => void;
}

/** Opens a process's connection to the journal. */
export function connectJournal(options: RemoteJournalOptions): Journal {
  const { process, journal, weather, trace, onEarlyRelease } = options;
  const { port } = journal;
  const connect = ([name, method]: [string, unknown]) => {
    if (typeof method !== "function") return [name, method];
    const call = (...args: unknown[]) =>
      process.call(name, weather.journey(), async () => await Reflect.apply(method, port, args));
    return [name, call];
  };
  const remote: Journal = Object.fromEntries(Object.entries(port).map(connect));
  /** Commits under way, by partition and epoch. */
  const under_way = new Map<string, number>();
  const count = (key: string, by: number) => under_way.set(key, (under_way.get(key) ?? 0) + by);
  return {
    ...remote,
    commit: async (batch) => {
      const keys = batch.map(leaseKey);
      const parts = batch.map(({ address, expected_seq, events }) =>
        `${address.type}/${address.id}@${expected_seq}+${events.map(({ type }) => type).join(",")}`
      ).join(" ");
      keys.forEach((key) => count(key, 1));
      try {
        return await process.call("commit", weather.journey(), async () => {
          const outcomes = await port.commit(batch);
          trace.note(process.incarnation, `commit ${parts}: ${outcomes.join(" ")}`);
          return outcomes;
        });
      } finally {
        keys.forEach((key) => count(key, -1));
      }
    },
    // Never late: a command that was refused may be sent again under its id, and nobody could tell one
    // that is late from one that is sent again.
    accept: (rows) => {
      const journey = weather.journey();
      const in_time = journey.done === "late" ? { ...journey, done: "never" as const } : journey;
      return process.call("accept", in_time, () => port.accept(rows));
    },
    acquire: (node, partitions, lease_ms) =>
      process.call("acquire", weather.journey(), async () => {
        const leases = await port.acquire(node, partitions, lease_ms);
        const got = leases.map(({ partition, epoch }) => `${partition}#${epoch}`).join(" ");
        trace.note(process.incarnation, `acquire: ${got || "none"}`);
        return leases;
      }),
    release: (node, leases) => {
      for (const lease of leases) {
        if ((under_way.get(leaseKey(lease)) ?? 0) > 0) onEarlyRelease(lease);
      }
      const given = leases.map(({ partition, epoch }) => `${partition}#${epoch}`).join(" ");
      trace.note(process.incarnation, `release ${given}`);
      return remote.release(node, leases);
    },
    onReleased: (listener) =>
      port.onReleased(() => {
        for (const ms of weather.notice()) process.later(ms, listener);
      }),
    close: () => Promise.resolve(),
  };
}

function leaseKey({ partition, epoch }: Pick<Lease, "partition" | "epoch">): string {
  return `${partition}#${epoch}`;
}
