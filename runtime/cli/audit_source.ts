/**
 * Where an audit reads the events: from a running node over HTTP, or from the journal itself.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { Directory } from "../journal/directory_port.ts";
import type { EventLog, JournalEvent } from "../journal/port.ts";
import type { ApiEventList, ApiSession } from "./api_types.ts";
import { CliError } from "./cli_error.ts";
import { apiPath, type Client } from "./client.ts";
import { EXIT } from "./exit_code.ts";

/** An actor to verify, and where its journal should end. */
export interface AuditSubject {
  readonly address: Address;
  /** The number of its last event, as the directory has it. */
  readonly seq: number;
  /** The hash of that event, as the directory has it; null when it cannot be had. */
  readonly hash: string | null;
}

/** Where to read. */
export interface AuditSource {
  /** For people: the node's address, the file, or the database. */
  readonly label: string;
  /** @throws {CliError} when there is no such session */
  find(session: string): Promise<AuditSubject>;
  sessions(): AsyncIterable<AuditSubject>;
  /**
   * Up to `limit` events after `after`, in order; none at the end.
   *
   * @throws {SyntaxError} if one of them is no JSON any more
   */
  events(address: Address, after: number, limit: number): Promise<readonly JournalEvent[]>;
}

/** The only tenant while there is one key. */
const TENANT = "default";

/** Sessions read at a time. */
const PAGE = 200;

function addressOf(id: string): Address {
  return { tenant: TENANT, type: "session", id };
}

/** Reads from a running node. */
export function nodeSource(client: Client, label: string): AuditSource {
  const subject = ({ id, seq }: ApiSession) => ({ address: addressOf(id), seq, hash: null });
  return {
    label,
    find: async (id) => subject(await client.get<ApiSession>(apiPath("sessions", id))),
    async *sessions() {
      for (const session of (await client.list<ApiSession>(apiPath("sessions"))).items) {
        yield subject(session);
      }
    },
    async events({ id }, after, limit) {
      const path = apiPath("sessions", id, "events");
      const page = await client.get<ApiEventList>(path, { after, limit });
      return page.items.map((event) => ({ ...event, at: Date.parse(event.at) }));
    },
  };
}

/** Reads from a journal. */
export function journalSource(journal: EventLog & Directory, label: string): AuditSource {
  const subject = async (address: Address): Promise<AuditSubject | null> => {
    const record = await journal.find(address);
    if (record === null) return null;
    // A payload that is no JSON any more is found, with its number, when the events are read.
    const loaded = await journal.load(address).catch(() => null);
    return { address, seq: record.seq, hash: loaded?.hash ?? null };
  };
  return {
    label,
    async find(id) {
      const found = await subject(addressOf(id));
      if (found) return found;
      throw new CliError(`There is no session ${id} in ${label}`, {
        exit: EXIT.notFound,
        code: "session_not_found",
      });
    },
    async *sessions() {
      const filter = { type: "session", status: null, label: null };
      for (let cursor: string | null = null;;) {
        const page = await journal.list(TENANT, filter, { cursor, limit: PAGE });
        for (const { address } of page.items) {
          const found = await subject(address);
          if (found) yield found;
        }
        if (page.next === null) return;
        cursor = page.next;
      }
    },
    events: (address, after, limit) => journal.readEvents(address, after, limit),
  };
}
