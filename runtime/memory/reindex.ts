/**
 * Builds an index anew from the journal, while the present one goes on answering and taking items.
 *
 * What was forgotten stays forgotten: what the journal says of that is read once the new index has been
 * begun, and what is forgotten later reaches the new one too.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { ActorRecord, Directory } from "../journal/directory_port.ts";
import type { EventLog } from "../journal/port.ts";
import { type Forgettings, readForgettings, readItems } from "./journaled_items.ts";
import type { Memory } from "./port.ts";

/** Sessions listed at a time. */
const PAGE = 200;

/** Items handed over at a time. */
const BATCH = 256;

/** Where the items are, and where they go. */
export interface ReindexOptions {
  readonly journal: Pick<EventLog, "readEvents"> & Pick<Directory, "list">;
  readonly memory: Memory;
  /** Whose items are read. */
  readonly tenant: string;
  /** Whether there is no other tenant, so that the whole index is replaced, whatever is in it. */
  readonly whole: boolean;
  /** Gives up; the present index stays. */
  readonly signal: AbortSignal;
}

/** How far it is. */
export interface ReindexProgress {
  readonly sessions: number;
  /** Sessions that noted anything. */
  readonly sessions_total: number;
  readonly items: number;
  /** Items that were ever noted; some of them are forgotten, or say the same. */
  readonly items_total: number;
}

/**
 * Builds it. Tells how far it is at the start and after each session; when it has told all, it is done.
 *
 * @throws {SynapseError} `memory_unavailable`
 * @throws the signal's reason
 */
export async function* reindex(options: ReindexOptions): AsyncGenerator<ReindexProgress> {
  const { journal, memory, tenant, whole, signal } = options;
  await using rebuild = await memory.rebuild(whole ? null : tenant);
  const { noting, forgetting, items_total } = await findSessions(journal, tenant);
  const forgettings: Forgettings = new Map();
  for (const address of forgetting) await readForgettings(journal, address, forgettings);
  const sessions_total = noting.length;
  let [sessions, items] = [0, 0];
  yield { sessions, sessions_total, items, items_total };
  for (const address of noting) {
    signal.throwIfAborted();
    const found = await readItems(journal, address, forgettings);
    for (let i = 0; i < found.length; i += BATCH) await rebuild.add(found.slice(i, i + BATCH));
    sessions += 1;
    items += found.length;
    yield { sessions, sessions_total, items, items_total };
  }
  signal.throwIfAborted();
  await rebuild.finish();
}

interface Sessions {
  readonly noting: readonly Address[];
  readonly forgetting: readonly Address[];
  readonly items_total: number;
}

/** The sessions that have to do with memory: all others need not be read. */
async function findSessions(
  journal: ReindexOptions["journal"],
  tenant: string,
): Promise<Sessions> {
  const noting: Address[] = [];
  const forgetting: Address[] = [];
  let items_total = 0;
  const filter = { type: "session", status: null, label: null };
  for (let cursor: string | null = null;;) {
    const page = await journal.list(tenant, filter, { cursor, limit: PAGE });
    for (const record of page.items) {
      const { noted, forgettings } = memoryOf(record);
      if (noted > 0) noting.push(record.address);
      if (forgettings > 0) forgetting.push(record.address);
      items_total += noted;
    }
    if (page.next === null) return { noting, forgetting, items_total };
    cursor = page.next;
  }
}

/** What a session's summary says; one of before there was memory says nothing. */
function memoryOf({ summary }: ActorRecord): { noted: number; forgettings: number } {
  const { memory } = summary.details as {
    readonly memory?: { readonly noted: number; readonly forgettings: number };
  };
  return { noted: memory?.noted ?? 0, forgettings: memory?.forgettings ?? 0 };
}
