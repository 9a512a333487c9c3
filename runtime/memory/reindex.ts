/**
 * Builds an index anew from the journal, while the present one goes on answering and taking items.
 *
 * What was forgotten stays forgotten: what the journal says of that is read once the new index has been
 * begun, and what is forgotten later reaches the new one too. An item that was forgotten takes along
 * whatever says the same and was noted before. The oldest sessions come first, so that each time the
 * same one of such items stands for the others.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { Directory } from "../journal/directory_port.ts";
import type { EventLog } from "../journal/port.ts";
import { ForgottenItems } from "./forgotten_items.ts";
import { type Forgettings, readForgettings, readNotes } from "./journaled_items.ts";
import { memorySessions } from "./memory_sessions.ts";
import type { Memory } from "./port.ts";

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
  const gone = new ForgottenItems();
  if (forgettings.size > 0) {
    for (const address of noting) {
      signal.throwIfAborted();
      const { forgotten } = await readNotes(journal, address, forgettings);
      for (const note of forgotten) gone.add(note);
    }
  }
  const sessions_total = noting.length;
  let [sessions, items] = [0, 0];
  yield { sessions, sessions_total, items, items_total };
  for (const address of noting) {
    signal.throwIfAborted();
    const { kept } = await readNotes(journal, address, forgettings);
    const found = kept.filter((note) => !gone.cover(note)).map(({ item }) => item);
    for (let i = 0; i < found.length; i += BATCH) await rebuild.add(found.slice(i, i + BATCH));
    sessions += 1;
    items += found.length;
    yield { sessions, sessions_total, items, items_total };
  }
  signal.throwIfAborted();
  await rebuild.finish();
}

interface Sessions {
  /** Oldest first. */
  readonly noting: readonly Address[];
  readonly forgetting: readonly Address[];
  readonly items_total: number;
}

async function findSessions(
  journal: ReindexOptions["journal"],
  tenant: string,
): Promise<Sessions> {
  const sessions = await Array.fromAsync(memorySessions(journal, tenant));
  const noting = sessions.filter(({ noted }) => noted > 0).reverse()
    .sort((a, b) => a.created_at - b.created_at);
  return {
    noting: noting.map(({ address }) => address),
    forgetting: sessions.filter(({ forgettings }) => forgettings > 0)
      .map(({ address }) => address),
    items_total: noting.reduce((sum, { noted }) => sum + noted, 0),
  };
}
