/**
 * The connection to Redis: whether it is there, what is wrong with it, and one line in the log when
 * that changes.
 *
 * Commands are sent or refused at once, never queued for later: what is not worth sending twice is
 * dropped by its sender, and what is (egress, ingress) waits where its order is known. None is sent
 * before Redis was greeted (`greeting.ts`) over the same connection.
 *
 * @module
 */
import type { Cluster, Redis } from "ioredis";
import type { Clock } from "../../clock.ts";
import { errorMessage } from "../../errors.ts";
import type { Logger } from "../../telemetry/port.ts";
import { closeClient, connectClient } from "./client.ts";
import { Doorbell } from "../../doorbell.ts";
import { away, causeOf, isConnectionError, isReadOnly, StreamsUnavailable } from "./faults.ts";
import { greet, type Greeting } from "./greeting.ts";
import type { RedisKeys } from "./keys.ts";
import type { RedisTarget } from "./url.ts";

/** Milliseconds between two greetings; also after one that went wrong. */
const BEAT_MS = 1000;

/** What the connection needs. */
export interface LinkOptions {
  readonly target: RedisTarget;
  readonly keys: Pick<RedisKeys, "journal" | "seen">;
  /** This node's id. */
  readonly node: string;
  /** The journal's id. */
  readonly journal: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Words of a command. */
export type RedisArgument = string | number;

/** The connection that writes. */
export class Link {
  readonly #options: LinkOptions;
  readonly #client: Redis | Cluster;
  readonly #closed = new AbortController();
  readonly #bell = new Doorbell();
  readonly #greeting: Promise<void>;
  readonly #lost = new Set<() => void>();
  readonly #arrivals = new Set<() => void>();
  /** Refusals that the log has, since Redis was reached. */
  readonly #told = new Set<string>();
  #up = false;
  /** Why it is not up. */
  #fault = away("not reached yet");
  /** What the log says of it: that it is away, or another's. */
  #missed: "away" | "foreign" | null = null;
  #away_since: number;
  /** Why Redis takes no writes though it is up. */
  #refusal: string | null = null;
  /** Whether the last greeting went wrong: then the next waits for its time. */
  #repelled = false;
  #seen_before = false;
  /** Counts the connections. */
  #connection = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#away_since = options.clock.monotonic();
    this.#client = connectClient(options.target, { pipelining: true });
    this.#client.on("ready", () => void (this.#repelled || this.#bell.ring()));
    this.#client.on("close", () => this.#ended());
    this.#client.on("error", (error: unknown) => this.#failed(error));
    this.#greeting = this.#keepGreeting();
  }

  /** Whether keys of different slots need different commands. */
  get clustered(): boolean {
    return this.#options.target.kind === "cluster";
  }

  /** The number of the database; 0 in Redis Cluster, which has no other. */
  get db(): number {
    const { target } = this.#options;
    return target.kind === "cluster" ? 0 : target.db;
  }

  /** Whether commands are sent. */
  get up(): boolean {
    return this.#up;
  }

  /** Why nothing is carried now, or null. */
  trouble(): string | null {
    if (!this.#up) return this.#fault;
    return this.#refusal === null ? null : `Redis refuses to write (${this.#refusal})`;
  }

  /** Calls a listener whenever what is in Redis may have been lost. */
  onLost(listener: () => void): void {
    this.#lost.add(listener);
  }

  /**
   * Resolves when commands are sent.
   *
   * @throws {SynapseError} `streams_unavailable` if they are not within so many milliseconds
   */
  async reached(wait_ms: number, signal: AbortSignal): Promise<void> {
    if (this.#up) return;
    const arrived = new AbortController();
    const arrive = () => arrived.abort();
    this.#arrivals.add(arrive);
    await this.#options.clock.sleep(wait_ms, AbortSignal.any([arrived.signal, signal]));
    this.#arrivals.delete(arrive);
    if (!this.#up) throw new StreamsUnavailable(this.#fault);
  }

  /**
   * Sends a command; those of one tick travel together.
   *
   * @throws {SynapseError} `streams_unavailable` when Redis is away
   * @throws the reply's error
   */
  async call(command: string, ...args: readonly RedisArgument[]): Promise<unknown> {
    if (!this.#up) throw new StreamsUnavailable(this.#fault);
    const connection = this.#connection;
    try {
      return await this.#client.call(command, args.map(String));
    } catch (error) {
      // The client is about to connect anew, for there may be a new master.
      if (isReadOnly(error) && connection === this.#connection) this.#miss(errorMessage(error));
      throw error;
    }
  }

  /** A further connection, for commands that wait. Its owner closes it. Not in Redis Cluster. */
  connect(): Redis {
    return connectClient(this.#options.target, { pipelining: false }) as Redis;
  }

  /** Says once, until Redis was away, that a command failed otherwise than by the connection. */
  refused(what: string, error: unknown): void {
    const message = errorMessage(error);
    const code = `${what} ${message.split(" ", 1)[0]}`;
    if (isConnectionError(error) || isReadOnly(error) || this.#told.has(code)) return;
    this.#told.add(code);
    this.#options.log.warn({ what, reason: message }, "Redis refused a command");
  }

  /** Closes it for good. */
  async close(): Promise<void> {
    this.#closed.abort();
    this.#up = false;
    this.#fault = away("closed");
    await closeClient(this.#client, this.#options.clock);
    await this.#greeting;
  }

  /**
   * Greets as soon as there is a connection, and then now and then. That shows whether Redis takes
   * writes, that it does not hang (the connection is cut when nothing comes back), and, when the sign
   * of life before is gone, that Redis lost its data.
   */
  async #keepGreeting(): Promise<void> {
    const { clock, target, keys, node, journal } = this.#options;
    const { signal } = this.#closed;
    const greeter = { db: this.db, journal, journal_key: keys.journal, seen: keys.seen(node) };
    while (!signal.aborted) {
      if (this.#client.status === "ready") {
        const connection = this.#connection;
        // Otherwise the connection ended, which the client says itself.
        const greeting = await greet(this.#client, greeter, clock.now()).catch(() => null);
        const outdated = signal.aborted || connection !== this.#connection;
        if (greeting !== null && !outdated) this.#greeted(greeting, target.label);
      }
      await this.#bell.wait(clock, BEAT_MS, signal);
    }
  }

  #greeted(greeting: Greeting, redis: string): void {
    this.#repelled = greeting.kind === "unusable" || greeting.kind === "foreign";
    switch (greeting.kind) {
      case "well":
        this.#refusal = null;
        this.#arrive();
        if (greeting.alone && this.#seen_before) { for (const listener of this.#lost) listener(); }
        this.#seen_before = true;
        return;
      case "refused":
        this.#refusal = errorMessage(greeting.error);
        this.#arrive();
        return this.refused("SET", greeting.error);
      case "unusable":
        return this.#miss(greeting.reason);
      case "foreign": {
        const { journal } = greeting;
        this.#leave(
          `Redis belongs to another Synapse (journal ${journal}): give each its own database ` +
            `or namespace, or hand this one over (DEL ${this.#options.keys.journal})`,
        );
        if (this.#missed === "foreign") return;
        this.#missed = "foreign";
        return this.#options.log.error({ redis, journal }, this.#fault);
      }
    }
  }

  #arrive(): void {
    if (this.#up) return;
    const { log, target, clock } = this.#options;
    this.#up = true;
    this.#told.clear();
    const away_ms = Math.round(clock.monotonic() - this.#away_since);
    if (this.#missed) log.info({ redis: target.label, away_ms }, "Redis is back");
    else log.debug({ redis: target.label }, "Redis is reached");
    this.#missed = null;
    for (const arrive of this.#arrivals) arrive();
  }

  #ended(): void {
    this.#connection++;
    if (this.#up && !this.#closed.signal.aborted) this.#miss("the connection ended");
  }

  #failed(error: unknown): void {
    // A connection that was there also ends, and that counts.
    if (!this.#up && !this.#closed.signal.aborted) this.#miss(causeOf(error));
  }

  #miss(reason: string): void {
    this.#leave(away(reason));
    if (this.#missed === "away") return;
    this.#missed = "away";
    this.#options.log.warn(
      { redis: this.#options.target.label, reason },
      "Redis is away; nothing is lost, answers and events come later",
    );
  }

  #leave(fault: string): void {
    if (this.#up) this.#away_since = this.#options.clock.monotonic();
    this.#up = false;
    this.#fault = fault;
  }
}
