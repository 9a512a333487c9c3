/**
 * The connection to Redis: whether it is there, what is wrong with it, and one line in the log when
 * that changes.
 *
 * Commands are sent or refused at once, never queued for later: what is not worth sending twice is
 * dropped by its sender, and what is (egress, ingress) waits where its order is known.
 *
 * @module
 */
import type { Cluster, Redis } from "ioredis";
import type { Clock } from "../../clock.ts";
import { errorMessage, SynapseError } from "../../errors.ts";
import type { Logger } from "../../telemetry/port.ts";
import { closeClient, connectClient } from "./client.ts";
import type { RedisTarget } from "./url.ts";

/** Milliseconds between two signs of life. */
const BEAT_MS = 1000;

/** How long a sign of life is kept, in milliseconds. */
const SEEN_MS = 60_000;

/** What the connection needs. */
export interface LinkOptions {
  readonly target: RedisTarget;
  /** The key under which this node leaves its signs of life. */
  readonly seen: string;
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
  readonly #beating: Promise<void>;
  readonly #listeners = new Set<() => void>();
  /** Refusals that the log has, since Redis was reached. */
  readonly #told = new Set<string>();
  #up = false;
  /** Whether the log says that Redis is away. */
  #missed = false;
  #away_since: number;
  #reason = "not reached yet";
  #refusal: string | null = null;
  #beaten = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#away_since = options.clock.monotonic();
    this.#client = connectClient(options.target, { pipelining: true });
    this.#client.on("ready", () => this.#arrived());
    this.#client.on("close", () => this.#left());
    this.#client.on("error", (error: unknown) => this.#failed(error));
    this.#beating = this.#beat();
  }

  /** Whether keys of different slots need different commands. */
  get clustered(): boolean {
    return this.#options.target.kind === "cluster";
  }

  /** Whether commands are sent. */
  get up(): boolean {
    return this.#up;
  }

  /** Why nothing is carried now, or null. */
  trouble(): string | null {
    if (!this.#up) return `Redis is away (${this.#reason})`;
    return this.#refusal === null ? null : `Redis refuses to write (${this.#refusal})`;
  }

  /** Calls a listener whenever what is in Redis may have been lost. */
  onLost(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Sends a command; those of one tick travel together.
   *
   * @throws {SynapseError} `streams_unavailable` when Redis is away
   * @throws the reply's error
   */
  async call(command: string, ...args: readonly RedisArgument[]): Promise<unknown> {
    if (!this.#up) throw new StreamsUnavailable(this.#reason);
    return await this.#client.call(command, args.map(String));
  }

  /** A further connection, for commands that wait. Its owner closes it. Not in Redis Cluster. */
  connect(): Redis {
    return connectClient(this.#options.target, { pipelining: false }) as Redis;
  }

  /** Says once, until Redis was away, that a command failed otherwise than by the connection. */
  refused(what: string, error: unknown): void {
    const message = errorMessage(error);
    const code = `${what} ${message.split(" ", 1)[0]}`;
    if (isConnectionError(error) || this.#told.has(code)) return;
    this.#told.add(code);
    this.#options.log.warn({ what, reason: message }, "Redis refused a command");
  }

  /** Closes it for good. */
  async close(): Promise<void> {
    this.#closed.abort();
    this.#up = false;
    this.#reason = "closed";
    await closeClient(this.#client, this.#options.clock);
    await this.#beating;
  }

  #arrived(): void {
    const { log, target, clock } = this.#options;
    if (this.#closed.signal.aborted || this.#up) return;
    this.#up = true;
    this.#told.clear();
    const away_ms = Math.round(clock.monotonic() - this.#away_since);
    if (this.#missed) log.info({ redis: target.label, away_ms }, "Redis is back");
    else log.debug({ redis: target.label }, "Redis is reached");
    this.#missed = false;
  }

  #left(): void {
    if (!this.#up || this.#closed.signal.aborted) return;
    this.#up = false;
    this.#away_since = this.#options.clock.monotonic();
    this.#reason = "the connection ended";
    this.#miss();
  }

  #failed(error: unknown): void {
    if (this.#closed.signal.aborted) return;
    this.#reason = causeOf(error);
    if (!this.#up) this.#miss();
  }

  #miss(): void {
    if (this.#missed) return;
    this.#missed = true;
    const { log, target } = this.#options;
    log.warn(
      { redis: target.label, reason: this.#reason },
      "Redis is away; nothing is lost, answers and events come later",
    );
  }

  /**
   * Leaves a sign of life now and then. It shows whether Redis takes writes, that it does not hang (the
   * connection is cut when nothing comes back), and, when the sign before is gone, that Redis lost its data.
   */
  async #beat(): Promise<void> {
    const { clock, seen } = this.#options;
    const { signal } = this.#closed;
    while (!signal.aborted) {
      if (this.#up) {
        try {
          const before = await this.call("SET", seen, clock.now(), "PX", SEEN_MS, "GET");
          if (before === null && this.#beaten) this.#lost();
          this.#beaten = true;
          this.#refusal = null;
        } catch (error) {
          if (this.#up && !signal.aborted) {
            this.#refusal = errorMessage(error);
            this.refused("SET", error);
          }
        }
      }
      await clock.sleep(BEAT_MS, signal);
    }
  }

  #lost(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Redis is away. */
export class StreamsUnavailable extends SynapseError {
  override readonly name = "StreamsUnavailable";

  constructor(reason: string) {
    super("streams_unavailable", `Redis is away (${reason})`);
  }
}

/** The client's own errors have the plain name, or one of these. */
function isConnectionError(error: unknown): boolean {
  const names = ["Error", "StreamsUnavailable", "MaxRetriesPerRequestError", "AbortError"];
  return error instanceof Error && names.includes(error.name);
}

/** A cluster wraps the reason; a host of two addresses has none of its own. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { lastNodeError, code } = error as { lastNodeError?: unknown; code?: unknown };
  if (lastNodeError instanceof Error) return causeOf(lastNodeError);
  return error.message || String(code ?? error.name);
}
