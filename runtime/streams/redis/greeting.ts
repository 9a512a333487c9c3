/**
 * What is asked of Redis before anything else is sent over a new connection, and every now and then
 * after: whether the database may be used, whose it is, and whether it takes writes.
 *
 * @module
 */
import type { Cluster, Redis } from "ioredis";
import { errorMessage } from "../../errors.ts";
import { isConnectionError, isReadOnly } from "./faults.ts";

/** How long a sign of life is kept, in milliseconds. */
const SEEN_MS = 60_000;

/** Who greets. */
export interface Greeter {
  /** The database; a new connection is in number 0, whatever was asked of the client. */
  readonly db: number;
  /** The journal's id, and the key under which Redis keeps whose it is. */
  readonly journal: string;
  readonly journal_key: string;
  /** The key under which this node leaves its signs of life. */
  readonly seen: string;
}

/**
 * How it went.
 *
 * - `well`: a sign of life was left; `alone`: there was none before it.
 * - `refused`: Redis can be read, and takes no writes now.
 * - `unusable`: nothing may be sent.
 * - `foreign`: it is another journal's, with that id.
 */
export type Greeting =
  | { readonly kind: "well"; readonly alone: boolean }
  | { readonly kind: "refused"; readonly error: unknown }
  | { readonly kind: "unusable"; readonly reason: string }
  | { readonly kind: "foreign"; readonly journal: string };

/**
 * Greets.
 *
 * @param now the time, for the sign of life
 * @throws the client's error, if the connection is at fault
 */
export async function greet(
  client: Redis | Cluster,
  { db, journal, journal_key, seen }: Greeter,
  now: number,
): Promise<Greeting> {
  let owner: unknown;
  try {
    await selectDatabase(client, db);
    owner = await client.call("GET", [journal_key]);
  } catch (error) {
    if (isConnectionError(error)) throw error;
    return { kind: "unusable", reason: errorMessage(error) };
  }
  try {
    owner ??= await client.call("SET", [journal_key, journal, "NX", "GET"]) ?? journal;
    if (owner !== journal) return { kind: "foreign", journal: String(owner) };
    const before = await client.call("SET", [seen, String(now), "PX", String(SEEN_MS), "GET"]);
    return { kind: "well", alone: before === null };
  } catch (error) {
    if (isConnectionError(error)) throw error;
    if (isReadOnly(error)) return { kind: "unusable", reason: errorMessage(error) };
    return { kind: "refused", error };
  }
}

/**
 * Selects a connection's database. The client has done so when it is ready, and goes on in number 0 if
 * that was refused; this one throws.
 */
export async function selectDatabase(client: Redis | Cluster, db: number): Promise<void> {
  // Where everybody begins; a user may lack the right to select.
  if (db !== 0) await client.call("SELECT", [String(db)]);
}
