/**
 * Calls of Qdrant: each with a deadline, repeated where that may help, its answer read with care.
 * Every call that the adapter makes can be repeated without harm.
 *
 * @module
 */
import { QdrantClient } from "@qdrant/js-client-rest";
import { z } from "zod";
import type { Clock } from "../../clock.ts";
import type { Entropy } from "../../entropy.ts";
import { SynapseError } from "../../errors.ts";
import { backoffMs } from "../../llm/backoff.ts";
import { assertWanted } from "../given_up.ts";
import { addressOf } from "./address.ts";
import { type CallFailure, failureOf, unavailable } from "./failure.ts";

/** Where Qdrant is. */
export interface QdrantServer {
  /** `http://` or `https://`; a path before the interface's own is kept. The port is 6333 unless given. */
  readonly url: string;
  readonly api_key?: string;
}

/** Bounds of one call. */
export interface CallBounds {
  /** One try is broken off after this many milliseconds, and not repeated. */
  readonly deadline_ms: number;
  /** How often a call is tried when Qdrant fails or cannot be reached. */
  readonly tries_max: number;
}

/** The bounds unless others are given: for a request of 128 items that a busy server makes wait. */
export const CALL_BOUNDS: CallBounds = { deadline_ms: 10_000, tries_max: 3 };

/** Waits between tries: short, since whoever calls tries again by itself later. */
const BACKOFF = { base_ms: 50, max_ms: 500 };

/** A server that asks for a longer wait than this, in milliseconds, is left alone for now. */
const RETRY_AFTER_MS_MAX = 1_000;

/** Qdrant's interface, one function for each operation. */
export type QdrantApi = ReturnType<QdrantClient["api"]>;

/** Makes one request. */
export type Send = (
  api: QdrantApi,
  init: { readonly signal: AbortSignal },
) => Promise<{ readonly data: { readonly result?: unknown } }>;

/** What a call is. */
export interface CallOptions {
  /** What is to be done, as in "find items", for messages. */
  readonly call: string;
  readonly send: Send;
}

/** What all calls of one server share. */
interface Line {
  readonly api: QdrantApi;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly bounds: CallBounds;
  readonly closing: AbortController;
  readonly running: Set<Promise<unknown>>;
}

const UPDATE = z.object({ status: z.string() });

/** Makes calls. Dispose of it to break off those that are under way. */
export class QdrantCalls implements AsyncDisposable {
  readonly #line: Line;
  /** Aborts when these calls are not wanted any more; that includes the closing of the line. */
  readonly stop: AbortSignal;

  private constructor(line: Line, stop: AbortSignal) {
    this.#line = line;
    this.stop = stop;
  }

  /** Calls of a server, until they are disposed of. */
  static to(server: QdrantServer, world: Omit<Line, "api" | "closing" | "running">): QdrantCalls {
    const closing = new AbortController();
    const line = { ...world, api: createApi(server), closing, running: new Set<never>() };
    return new QdrantCalls(line, closing.signal);
  }

  /** The same calls for somebody who does not want them any more when the signal aborts. */
  until(signal: AbortSignal | undefined): QdrantCalls {
    return signal === undefined
      ? this
      : new QdrantCalls(this.#line, AbortSignal.any([this.stop, signal]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#line.closing.abort();
    await Promise.allSettled(this.#line.running);
  }

  /**
   * Makes a call and reads its result.
   *
   * @throws {SynapseError} `memory_unavailable`, with the status if Qdrant answered with one
   */
  async ask<T>(result: z.ZodType<T>, { call, send }: CallOptions): Promise<T> {
    const asked = this.#ask(result, { call, send });
    this.#line.running.add(asked);
    try {
      return await asked;
    } finally {
      this.#line.running.delete(asked);
    }
  }

  /**
   * Makes a call that changes points. With `wait` in the request, whoever asks after it has resolved
   * finds the change.
   *
   * @throws {SynapseError} `memory_unavailable`; also if Qdrant took the change and has not made it yet
   */
  async change(options: CallOptions): Promise<void> {
    const { status } = await this.ask(UPDATE, options);
    if (status === "completed") return;
    const why = `has not finished it (${status})`;
    throw unavailable(options.call, { why, status: null, retryable: true, retry_after_ms: 0 });
  }

  async #ask<T>(result: z.ZodType<T>, { call, send }: CallOptions): Promise<T> {
    for (let tries = 1;; tries++) {
      this.#assertWanted();
      try {
        return result.parse(await this.#once(call, send));
      } catch (error) {
        this.#assertWanted();
        if (error instanceof SynapseError) throw error;
        const failure = failureOf(error);
        if (!this.#shallRepeat(failure, tries)) throw unavailable(call, failure, error);
        const random = this.#line.entropy.random();
        const wait = backoffMs(BACKOFF, { tries, random, retryAfterMs: failure.retry_after_ms });
        await this.#line.clock.sleep(wait, this.stop);
      }
    }
  }

  #assertWanted(): void {
    if (this.#line.closing.signal.aborted) throw closed();
    assertWanted(this.stop);
  }

  #shallRepeat({ retryable, retry_after_ms }: CallFailure, tries: number): boolean {
    return retryable && tries < this.#line.bounds.tries_max && retry_after_ms <= RETRY_AFTER_MS_MAX;
  }

  /** One try. A late one is an error by itself: what is slow does not get faster by more calls. */
  async #once(call: string, send: Send): Promise<unknown> {
    const { api, clock, bounds: { deadline_ms } } = this.#line;
    const scope = new AbortController();
    const timer = new AbortController();
    let late = false;
    const breakOff = () => scope.abort();
    this.stop.addEventListener("abort", breakOff, { once: true });
    void clock.sleep(deadline_ms, timer.signal).then(() => {
      if (timer.signal.aborted) return;
      late = true;
      breakOff();
    });
    try {
      const { data } = await send(api, { signal: scope.signal });
      return data.result;
    } catch (error) {
      if (!late) throw error;
      const why = `did not answer within ${deadline_ms} ms`;
      throw unavailable(call, { why, status: null, retryable: false, retry_after_ms: 0 });
    } finally {
      timer.abort(null);
      this.stop.removeEventListener("abort", breakOff);
    }
  }
}

function closed(): SynapseError {
  return new SynapseError("memory_unavailable", "The index is closed");
}

function createApi({ url, api_key }: QdrantServer): QdrantApi {
  const client = new QdrantClient({
    ...addressOf(url),
    headers: {
      // A compressed answer comes in parts, and Qdrant holds the last one back until the others are
      // acknowledged: 40 ms more for each write, as measured.
      "accept-encoding": "identity",
      // Not as the client's own option: that one writes to the console.
      ...(api_key === undefined ? {} : { "api-key": api_key }),
    },
    // Deadlines are this module's.
    timeout: Infinity,
    checkCompatibility: false,
  });
  return client.api();
}
