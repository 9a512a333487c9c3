/**
 * Reading streams: one command that waits for whatever comes first in any of them. In Redis Cluster,
 * where streams of different slots cannot share a command, they are asked one by one, again and again.
 *
 * @module
 */
import type { Redis } from "ioredis";
import type { Clock } from "../../clock.ts";
import { closeClient } from "./client.ts";
import { Doorbell } from "../../doorbell.ts";
import { parseStreams, type StreamEntries } from "./entries.ts";
import { away, StreamsUnavailable } from "./faults.ts";
import { selectDatabase } from "./greeting.ts";
import type { Link } from "./link.ts";

/** How long a command waits on the server, in milliseconds. Below the client's patience. */
const BLOCK_MS = 1000;

/** Milliseconds between two rounds in Redis Cluster after something came; each one after waits twice as long. */
const POLL_MS = 10;

/** The longest wait between two rounds, in milliseconds. */
const POLL_MS_MAX = 80;

/** How long a read waits for its connection, in milliseconds. */
const CONNECT_MS = 250;

/** Milliseconds until another try to wake a command that has not arrived yet. */
const UNBLOCK_MS = 5;

/** What to read. */
export interface ReadRequest {
  /** The command up to its options: `XREAD`, or `XREADGROUP GROUP group consumer`. */
  readonly command: readonly [string, ...string[]];
  readonly keys: readonly string[];
  /** After which entry of each. */
  readonly ids: readonly string[];
  /** Entries of one stream at a time. */
  readonly count: number;
}

/** Reads, one request at a time. */
export interface Reads {
  /**
   * Resolves to what came, or to nothing after a while.
   *
   * @throws {SynapseError} `streams_unavailable`
   * @throws the reply's error
   */
  read(request: ReadRequest): Promise<StreamEntries[]>;
  /** Makes the read under way return, because another is wanted. */
  wake(): void;
  close(): Promise<void>;
}

/** Opens what reads best there. */
export function openReads(link: Link, clock: Clock): Reads {
  return link.clustered ? new PolledReads(link, clock) : new BlockingReads(link, clock);
}

class BlockingReads implements Reads {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #client: Redis;
  readonly #closed = new AbortController();
  /** By which the server knows the connection. */
  #client_id: number | null = null;
  /** The request under way. */
  #current: ReadRequest | null = null;
  #unblocking: Promise<void> = Promise.resolve();

  constructor(link: Link, clock: Clock) {
    this.#link = link;
    this.#clock = clock;
    this.#client = link.connect();
    // The link says what is wrong with Redis.
    this.#client.on("error", () => {});
    this.#client.on("close", () => this.#client_id = null);
  }

  async read(request: ReadRequest): Promise<StreamEntries[]> {
    await this.#connected();
    const { command: [name, ...words], keys, ids, count } = request;
    this.#current = request;
    try {
      this.#client_id ??= await this.#introduce();
      const options = ["COUNT", count, "BLOCK", BLOCK_MS, "STREAMS"];
      return parseStreams(await this.#client.call(name, [...words, ...options, ...keys, ...ids]));
    } finally {
      this.#current = null;
    }
  }

  wake(): void {
    if (this.#current !== null) this.#unblocking = this.#unblock(this.#current, this.#unblocking);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await closeClient(this.#client, this.#clock);
    await this.#unblocking;
  }

  /** What a new connection needs before it reads. */
  async #introduce(): Promise<number> {
    await selectDatabase(this.#client, this.#link.db);
    return Number(await this.#client.call("CLIENT", ["ID"]));
  }

  /** Waits a little for connections that are being made. */
  async #connected(): Promise<void> {
    // Only the link knows whether Redis may be read.
    await this.#link.reached(CONNECT_MS, this.#closed.signal);
    if (this.#client.status === "ready") return;
    const arrived = new AbortController();
    const arrive = () => arrived.abort();
    this.#client.once("ready", arrive);
    const patience = AbortSignal.any([arrived.signal, this.#closed.signal]);
    await this.#clock.sleep(CONNECT_MS, patience);
    this.#client.off("ready", arrive);
    if (!arrived.signal.aborted) throw new StreamsUnavailable(away("its reader is not connected"));
  }

  /** The request may not have arrived at the server yet: tries until it has returned. */
  async #unblock(request: ReadRequest, before: Promise<void>): Promise<void> {
    await before;
    const { signal } = this.#closed;
    while (this.#current === request && this.#link.up && !signal.aborted) {
      if (this.#client_id !== null) {
        const woken = await this.#link.call("CLIENT", "UNBLOCK", this.#client_id).catch(() => 1);
        if (woken === 1) return;
      }
      await this.#clock.sleep(UNBLOCK_MS, signal);
    }
  }
}

class PolledReads implements Reads {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #bell = new Doorbell();
  readonly #closed = new AbortController();
  #wait_ms = POLL_MS;

  constructor(link: Link, clock: Clock) {
    this.#link = link;
    this.#clock = clock;
  }

  async read(
    { command: [name, ...words], keys, ids, count }: ReadRequest,
  ): Promise<StreamEntries[]> {
    const replies = await Promise.all(
      keys.map((key, i) =>
        this.#link.call(name, ...words, "COUNT", count, "STREAMS", key, ids[i] ?? "")
      ),
    );
    const found = replies.flatMap(parseStreams);
    if (found.length > 0) {
      this.#wait_ms = POLL_MS;
      return found;
    }
    await this.#bell.wait(this.#clock, this.#wait_ms, this.#closed.signal);
    this.#wait_ms = Math.min(this.#wait_ms * 2, POLL_MS_MAX);
    return [];
  }

  wake(): void {
    this.#bell.ring();
  }

  close(): Promise<void> {
    this.#closed.abort();
    return Promise.resolve();
  }
}
