/**
 * A short look into the configured Postgres, besides the journal's own connections: before a node
 * runs, or without one.
 *
 * @module
 */
import type { Sql } from "postgres";
import { systemClock } from "../clock.ts";
import { systemEntropy } from "../entropy.ts";
import { errorMessage } from "../errors.ts";
import { JournalUnavailable } from "../journal/port.ts";
import { createSockets } from "../journal/postgres/socket.ts";
import { eachHost, NO_PRIMARY } from "../journal/postgres/target.ts";
import { driverAddress } from "../journal/postgres/tls.ts";
import { redactText } from "../redaction.ts";
import { within } from "../within.ts";

/** How long the server may take to accept the connection, in seconds. */
const CONNECT_S = 5;

/** How long a look may take, in milliseconds. */
const STATEMENT_MS = 10_000;

/** What a node needs to know of a database before it uses it. */
export interface DatabaseFacts {
  /** As the server writes it: `15.4`. */
  readonly version: string;
  /** For comparing: 150004. */
  readonly version_number: number;
  /** Which server that is: the microsecond of its start. A promoted standby has its primary's identifier. */
  readonly server: string;
  readonly database: string;
  /** Of its texts: `UTF8`. */
  readonly encoding: string;
  readonly user: string;
  /** Where new tables go; null when there is no such schema. */
  readonly schema: string | null;
  /** Whether it is a replica, or is set to read-only. */
  readonly read_only: boolean;
  /** Whether tables may be made there. */
  readonly may_create: boolean;
  /** Tables and counters there that the user may not read, and so not back up. */
  readonly unreadable: readonly string[];
  /** The migrations applied, by number; null when there are no tables yet. */
  readonly applied: readonly number[] | null;
  /** See `Journal.id`; null when it has none yet. */
  readonly journal: string | null;
}

/** Those that hold without any tables. */
type ServerFacts = Omit<DatabaseFacts, "applied" | "journal">;

/**
 * Lends a connection and ends it.
 *
 * @param patience_ms how long the primary is looked for among several hosts, in milliseconds
 * @throws {DatabaseFault} for whatever the driver throws
 */
export async function withDatabase<Result>(
  url: string,
  work: (sql: Sql) => Promise<Result>,
  patience_ms = 2 * CONNECT_S * 1000,
): Promise<Result> {
  const { default: postgres } = await import("postgres");
  let sql: Sql | null = null;
  const closing = new AbortController();
  try {
    const address = driverAddress(url);
    const settings = {
      ...address.options,
      max: 1,
      // Not among the driver's types.
      socket: createSockets({
        clock: systemClock,
        entropy: systemEntropy,
        closing: closing.signal,
        fault: (reason) => new JournalUnavailable(reason, { rolled_back: true }),
      }),
      // The sockets wait by themselves.
      backoff: () => 0,
      connect_timeout: CONNECT_S,
      onnotice: () => {},
      connection: { application_name: "synapse", statement_timeout: STATEMENT_MS },
    };
    sql = postgres(address.url, settings);
    if (address.options.target_session_attrs) await findPrimary(sql, patience_ms);
    return await work(sql);
  } catch (error) {
    throw new DatabaseFault(url, error);
  } finally {
    closing.abort("it was closed");
    await sql?.end({ timeout: 1 });
  }
}

/** Connects to that one of several hosts: the driver would look for it for ever. */
async function findPrimary(sql: Sql, ms: number): Promise<void> {
  const late = () => new JournalUnavailable(NO_PRIMARY, { rolled_back: true });
  const limits = { ms, signal: new AbortController().signal, late };
  await within(systemClock, limits, async () => void await sql`SELECT 1`);
}

/** A database that cannot be used, with the driver's or the server's own code for it. */
export class DatabaseFault extends JournalUnavailable {
  /** Such as `ECONNREFUSED`, an SQLSTATE or a code of ours; empty when there is none. */
  readonly reason: string;

  constructor(url: string, cause: unknown) {
    const message = redactText(errorMessage(cause)) || "no reason given";
    super(`Database ${redactText(url)} cannot be used: ${message}`, { rolled_back: true, cause });
    this.reason = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  }
}

/**
 * Asks a database what a node needs to know.
 *
 * @throws {DatabaseFault}
 */
export function readDatabaseFacts(url: string): Promise<DatabaseFacts> {
  return withDatabase(url, async (sql) => {
    const [row] = await sql`
      SELECT current_setting('server_version') AS version,
        current_setting('server_version_num')::int AS version_number,
        extract(epoch FROM pg_postmaster_start_time())::text AS server,
        current_database()::text AS database,
        current_setting('server_encoding') AS encoding,
        current_user::text AS user,
        current_schema()::text AS schema,
        pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS read_only,
        coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create,
        array(SELECT relname::text FROM pg_class
          WHERE relnamespace = to_regnamespace(quote_ident(current_schema()))
            AND relkind IN ('r', 'p', 'S') AND NOT has_table_privilege(oid, 'SELECT')
          ORDER BY relname) AS unreadable,
        to_regclass('migrations') IS NOT NULL AS migrated,
        to_regclass('settings') IS NOT NULL AS named`;
    const { migrated, named, ...facts } = row as
      & ServerFacts
      & Record<"migrated" | "named", boolean>;
    const applied = migrated ? await sql`SELECT number FROM migrations` : null;
    const [name] = named ? await sql`SELECT value FROM settings WHERE name = 'journal_id'` : [];
    return {
      ...facts,
      applied: applied?.map(({ number }) => Number(number)) ?? null,
      journal: name?.value ?? null,
    };
  });
}

/** What the hosts of an address are. */
export interface HostCount {
  readonly hosts: number;
  /** How many of them take writes. */
  readonly writable: number;
  /** How many servers these are: one may go by several names. */
  readonly servers: number;
}

/** Looks at each host of an address; null if that names only one. Why one takes no writes is not told. */
export async function countHosts(url: string): Promise<HostCount | null> {
  const hosts = eachHost(url);
  if (hosts.length === 1) return null;
  const looks = await Promise.allSettled(hosts.map(readDatabaseFacts));
  const found = looks.flatMap((look) => look.status === "fulfilled" ? [look.value] : []);
  const writable = found.filter(({ read_only }) => !read_only).map(({ server }) => server);
  return { hosts: hosts.length, writable: writable.length, servers: new Set(writable).size };
}
