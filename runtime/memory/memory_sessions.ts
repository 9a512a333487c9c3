/**
 * Which sessions have to do with memory: no other session's journal need be read for it.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { ActorRecord, Directory } from "../journal/directory_port.ts";

/** Sessions listed at a time. */
const PAGE = 200;

/** A session that has to do with memory. */
export interface MemorySession {
  readonly address: Address;
  /** When it was created: milliseconds since the epoch. */
  readonly created_at: number;
  /** Items that it noted since it last forgot all of them. */
  readonly noted: number;
  /** How often something was to be forgotten. */
  readonly forgettings: number;
  /** Changes that memory has yet to take. */
  readonly unwritten: number;
}

const NOTHING = { noted: 0, forgettings: 0, unwritten: 0 };

/**
 * A tenant's sessions that have to do with memory, newest first.
 *
 * @throws {SynapseError} `journal_unavailable`
 */
export async function* memorySessions(
  journal: Pick<Directory, "list">,
  tenant: string,
): AsyncGenerator<MemorySession> {
  const filter = { type: "session", status: null, label: null };
  for (let cursor: string | null = null;;) {
    const page = await journal.list(tenant, filter, { cursor, limit: PAGE });
    for (const record of page.items) {
      const { address, created_at } = record;
      const memory = memoryOf(record);
      if (Object.values(memory).some((count) => count > 0)) {
        yield { address, created_at, ...memory };
      }
    }
    if (page.next === null) return;
    cursor = page.next;
  }
}

/** What a session's summary says; one of before there was memory says nothing. */
function memoryOf({ summary }: ActorRecord): typeof NOTHING {
  const { memory } = summary.details as { readonly memory?: Partial<typeof NOTHING> };
  return { ...NOTHING, ...memory };
}
