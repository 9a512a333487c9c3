/**
 * Connections to the database: a few of them as one, statements with a deadline, and errors as the port
 * wants them.
 *
 * @module
 */
import postgres from "postgres";
import type { Clock } from "../../clock.ts";
import type { Entropy } from "../../entropy.ts";
import { within } from "../../within.ts";
import { JournalUnavailable } from "../port.ts";
import { toFailure } from "./failure.ts";
import type { Row } from "./row.ts";
import { createSockets } from "./socket.ts";
import { NO_PRIMARY } from "./target.ts";
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

/** Why nothing is sent any more. */
const CLOSED = "it was closed";

/** How long it may take to connect. */
const CONNECT_TIMEOUT_S = 5;

/** How long a transaction waits for its connection, in milliseconds: of several hosts one may not answer. */
const BEGIN_MS = 2 * CONNECT_TIMEOUT_S * 1000;

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

/** Connections of the driver that are used, and given up, together. */
interface Pool {
  readonly sql: postgres.Sql;
  /** Ends all waits for another attempt to connect. */
  readonly closing: AbortController;
}

/** Some connections, opened when they are needed and again when they broke. */
export class Connections implements Connection, AsyncDisposable {
  readonly #options: ConnectionOptions;
  readonly #address: DriverAddress;
  readonly #closing = new AbortController();
  readonly #underway = new Set<Promise<unknown>>();
  readonly #asked = new Set<Pending>();
  #pool: Pool;
  /** Resolves when the first of new connections is there, or cannot be made; null: none is waited for. */
  #opening: Promise<void> | null = null;

  /**
   * Opens nothing yet.
   *
   * @throws {SynapseError} `config_invalid` if the address names authorities that cannot be read
   */
  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#address = driverAddress(options.url);
    this.#pool = this.#connect();
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
    if (this.#opening !== null) {
      await this.#inTime(this.#patience_ms, () => this.#opening ?? Promise.resolve());
    }
    const asked = this.#pool;
    const pending = asked.sql.unsafe(statement, [...values], { prepare: true });
    this.#asked.add(pending);
    return await this.#answer(pending, asked).finally(() => this.#asked.delete(pending));
  }

  async #answer(pending: Pending, asked: Pool): Promise<readonly Row[]> {
    const done = new AbortController();
    try {
      return await Promise.race([pending, this.#deadline(pending, asked, done.signal)]);
    } catch (error) {
      throw this.#failure(error, wasSent(pending));
    } finally {
      done.abort();
    }
  }

  /** Runs statements in one transaction; if `work` rejects, nothing of it stays. */
  async transaction<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    let sent = false;
    let late = false;
    const begun = Promise.withResolvers<void>();
    try {
      const ended = this.#pool.sql.begin(async (sql) => {
        if (late) throw this.#notThere();
        sent = true;
        begun.resolve();
        const query: Connection["query"] = (statement, values = []) =>
          sql.unsafe(statement, [...values]);
        return { result: await work({ query }) };
      });
      const begins = () => Promise.race([begun.promise, ended.then(() => {})]);
      await this.#inTime(BEGIN_MS, begins).finally(() => late = !sent);
      return (await ended).result;
    } catch (error) {
      throw this.#failure(error, sent);
    }
  }

  /** Calls `listener` for each notification, until the connections are closed. Resolves once it listens. */
  async listen(channel: string, listener: () => void): Promise<void> {
    await this.#pool.sql.listen(channel, listener);
  }

  /** Ends what was sent, refuses what was not, and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(CLOSED);
    // By then the driver has sent what it has a connection for.
    await this.#options.clock.yield();
    await Promise.allSettled([...this.#asked].filter(wasSent));
    // Before the others: among several hosts the driver looks for one until it is ended itself.
    await this.#pool.sql.end({ timeout: CLOSE_S });
    await Promise.allSettled(this.#underway);
  }

  #connect(): Pool {
    const closing = new AbortController();
    const { connections, clock, entropy, statement_timeout_ms } = this.#options;
    const settings = {
      ...this.#address.options,
      max: connections,
      // Not among the driver's types.
      socket: createSockets({
        clock,
        entropy,
        closing: AbortSignal.any([this.#closing.signal, closing.signal]),
        fault: (reason) => this.#unavailable(reason, { rolled_back: true }),
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
    return { sql: postgres(this.#address.url, settings), closing };
  }

  /** Waits for a connection. */
  async #inTime(ms: number, opening: () => Promise<void>): Promise<void> {
    const limits = { ms, signal: this.#closing.signal, late: () => this.#notThere() };
    await within(this.#options.clock, limits, opening);
  }

  /** Not {@link within}: its signals would cost each statement 40 µs. */
  async #deadline(pending: Pending, asked: Pool, done: AbortSignal): Promise<never[]> {
    await this.#options.clock.sleep(this.#patience_ms, done);
    if (done.aborted) return [];
    const sent = wasSent(pending);
    if (!sent) pending.cancel();
    this.#giveUp(asked);
    throw sent ? this.#unavailable("it does not answer", { rolled_back: false }) : this.#notThere();
  }

  /**
   * Leaves these connections, and goes on with new ones. Also when a statement waited in vain for one to
   * be made: the driver never uses a connection whose first statement was cancelled before it was there.
   */
  #giveUp(lost: Pool): void {
    if (lost !== this.#pool) return;
    this.#pool = this.#connect();
    this.#opening = this.#open(this.#pool);
    lost.closing.abort("it does not answer");
    const ending = lost.sql.end({ timeout: CLOSE_S }).catch(() => {});
    this.#underway.add(ending);
    void ending.then(() => this.#underway.delete(ending));
  }

  /**
   * Makes the first of new connections, by a statement that nobody cancels before it is sent, however
   * long it takes to connect. Until then the driver gets no other one by {@link query}.
   */
  async #open(pool: Pool): Promise<void> {
    const sent = Promise.withResolvers<void>();
    // `onexecute` is not among the driver's types: it calls that when it sends the statement.
    const options = { prepare: false, onexecute: () => sent.resolve() };
    const first = pool.sql.unsafe("SELECT 1", [], options);
    await Promise.race([first, sent.promise]).catch(() => {});
    this.#opening = null;
    this.#answer(first, pool).catch(() => {});
  }

  /** How long an answer is waited for, in milliseconds. */
  get #patience_ms(): number {
    const { statement_timeout_ms, grace_ms = GRACE_MS } = this.#options;
    return statement_timeout_ms + grace_ms;
  }

  /** There is no connection, so nothing was asked. */
  #notThere(): JournalUnavailable {
    const { target_session_attrs } = this.#address.options;
    const reason = target_session_attrs ? NO_PRIMARY : "it does not answer";
    const why = this.#closing.signal.aborted ? CLOSED : reason;
    return this.#unavailable(why, { rolled_back: true });
  }

  #unavailable(reason: string, outcome: { readonly rolled_back: boolean }): JournalUnavailable {
    const place = placeOf(this.#options.url);
    return new JournalUnavailable(`Journal ${place} cannot be used: ${reason}`, outcome);
  }

  #failure(error: unknown, sent: boolean): unknown {
    if (this.#closing.signal.aborted && !sent) return this.#notThere();
    return toFailure(error, { ...askerOf(this.#options.url), sent });
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
