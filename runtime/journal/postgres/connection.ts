/**
 * Connections to the database: a few of them as one, statements with a deadline, and errors as the port
 * wants them.
 *
 * @module
 */
import postgres from "postgres";
import type { Clock } from "../../clock.ts";
import type { Entropy } from "../../entropy.ts";
import { JournalUnavailable } from "../port.ts";
import { toFailure } from "./failure.ts";
import type { Row } from "./row.ts";
import { createSockets } from "./socket.ts";
import { type DriverAddress, driverAddress } from "./tls.ts";

/** A value to bind. Arrays are literals: see `array_literal.ts`. */
export type Value = string | number | boolean | null;

/** Runs statements. Each is a transaction of its own, and one round trip once the server knows it. */
export interface Connection {
  /**
   * Runs a statement.
   *
   * @param values for `$1`, `$2` and so on
   * @throws {JournalUnavailable} if the database cannot do it now
   * @throws the server's error, if what is asked for is at fault
   */
  query(statement: string, values?: readonly Value[]): Promise<readonly Row[]>;
}

/** How the database is reached. */
export interface ConnectionOptions {
  /**
   * `postgres://user:password@host:port/database`; parameters say how it is encrypted (see `tls.ts`), or
   * are settings, such as `?search_path=…`.
   */
  readonly url: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** How long the server works on one statement, in milliseconds. */
  readonly statement_timeout_ms: number;
  /**
   * How late an answer may be, in milliseconds, before the connection is given up: the network may be
   * gone without a word. 5 seconds unless given.
   */
  readonly grace_ms?: number;
  /** How many connections there are at most. */
  readonly connections: number;
}

/** How late an answer may be unless another time is given. */
const GRACE_MS = 5000;

/** How long the driver waits for its connections to close: it may wait for ever for one that broke. */
const CLOSE_S = 0.25;

/** How long it may take to connect. */
const CONNECT_TIMEOUT_S = 5;

/** After this time without traffic the operating system asks whether the server is still there. */
const KEEP_ALIVE_S = 10;

/**
 * Each query has an index that gives its rows in order. These keep the planner to it, whatever it knows
 * of the tables: what it plans while they are empty is kept, and must serve when they are full.
 */
const PLANNING = {
  enable_bitmapscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  enable_seqscan: "off",
  enable_sort: "off",
  jit: "off",
  plan_cache_mode: "force_generic_plan",
};

/** A statement that the driver has not been answered yet. */
type Pending = ReturnType<postgres.Sql["unsafe"]>;

/** Some connections, opened when they are needed and again when they broke. */
export class Connections implements Connection, AsyncDisposable {
  readonly #options: ConnectionOptions;
  readonly #address: DriverAddress;
  readonly #closing = new AbortController();
  readonly #underway = new Set<Promise<unknown>>();
  #sql: postgres.Sql;
  /** Those of which the first is being made still, after others were given up. */
  #opening: postgres.Sql | null = null;

  /**
   * Opens nothing yet.
   *
   * @throws {SynapseError} `config_invalid` if the address names authorities that cannot be read
   */
  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#address = driverAddress(options.url);
    this.#sql = this.#connect();
  }

  async query(statement: string, values: readonly Value[] = []): Promise<readonly Row[]> {
    const answer = this.#query(statement, values);
    this.#underway.add(answer);
    try {
      return await answer;
    } finally {
      this.#underway.delete(answer);
    }
  }

  async #query(statement: string, values: readonly Value[]): Promise<readonly Row[]> {
    const asked = this.#sql;
    const pending = asked.unsafe(statement, [...values], { prepare: true });
    const done = new AbortController();
    try {
      return await Promise.race([pending, this.#deadline(pending, asked, done.signal)]);
    } catch (error) {
      throw toFailure(error, { ...askerOf(this.#options.url), sent: wasSent(pending) });
    } finally {
      done.abort();
    }
  }

  /** Runs statements in one transaction; if `work` rejects, nothing of it stays. */
  async transaction<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    let sent = false;
    try {
      const { result } = await this.#sql.begin(async (sql) => {
        sent = true;
        const query: Connection["query"] = (statement, values = []) =>
          sql.unsafe(statement, [...values]);
        return { result: await work({ query }) };
      });
      return result;
    } catch (error) {
      throw toFailure(error, { ...askerOf(this.#options.url), sent });
    }
  }

  /** Calls `listener` for each notification, until the connections are closed. Resolves once it listens. */
  async listen(channel: string, listener: () => void): Promise<void> {
    await this.#sql.listen(channel, listener);
  }

  /** Ends what is under way, and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#underway);
    await this.#sql.end({ timeout: CLOSE_S });
  }

  #connect(): postgres.Sql {
    const { url, connections, clock, entropy, statement_timeout_ms } = this.#options;
    const settings = {
      ...this.#address.tls,
      max: connections,
      // Not among the driver's types.
      socket: createSockets({
        place: placeOf(url),
        clock,
        entropy,
        closing: this.#closing.signal,
      }),
      // The sockets wait by themselves.
      backoff: () => 0,
      connect_timeout: CONNECT_TIMEOUT_S,
      keep_alive: KEEP_ALIVE_S,
      max_lifetime: null,
      fetch_types: false,
      onnotice: () => {},
      connection: {
        application_name: "synapse",
        statement_timeout: statement_timeout_ms,
        default_transaction_isolation: "read committed" as const,
        ...PLANNING,
      },
    };
    return postgres(this.#address.url, settings);
  }

  async #deadline(pending: Pending, asked: postgres.Sql, done: AbortSignal): Promise<never[]> {
    const { clock, statement_timeout_ms, grace_ms = GRACE_MS, url } = this.#options;
    await clock.sleep(statement_timeout_ms + grace_ms, done);
    if (done.aborted) return [];
    const sent = wasSent(pending);
    if (!sent) pending.cancel();
    if (sent || this.#opening !== asked) this.#giveUp(asked);
    throw new JournalUnavailable(`Journal ${placeOf(url)} cannot be used: it does not answer`, {
      rolled_back: !sent,
    });
  }

  /**
   * Leaves these connections, and goes on with new ones. Also when a statement waited in vain for one to
   * be made: the driver never uses a connection whose first statement was cancelled before it was there.
   * So the first statement of the new ones is one that nobody cancels, however long it takes to connect.
   */
  #giveUp(lost: postgres.Sql): void {
    if (lost !== this.#sql) return;
    const next = this.#connect();
    [this.#sql, this.#opening] = [next, next];
    void next.unsafe("SELECT 1").catch(() => {}).then(() => {
      if (this.#opening === next) this.#opening = null;
    });
    const ending = lost.end({ timeout: CLOSE_S }).catch(() => {});
    this.#underway.add(ending);
    void ending.then(() => this.#underway.delete(ending));
  }
}

/** Whether the driver handed a statement to a connection; it notes that in the member `state`. */
function wasSent(pending: object): boolean {
  return !("state" in pending) || pending.state !== null;
}

/** Where the database is, and the user that the address names. */
function askerOf(url: string): { readonly place: string; readonly user: string | null } {
  const [, user = ""] = /^[^:]*:\/\/([^:@/?]*)(?::[^@]*)?@/.exec(url) ?? [];
  return { place: placeOf(url), user: user === "" ? null : decodeURIComponent(user) };
}

/** Where the database is, without what is secret: hosts and the database's name. */
function placeOf(url: string): string {
  return url.replace(/^[^:]*:\/\//, "").replace(/\?.*$/s, "").replace(/^.*@/s, "");
}
