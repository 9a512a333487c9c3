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

const UPDATE = z.object({ status: z.string() });

/** Makes calls. Dispose of it to break off those that are under way. */
export class QdrantCalls implements AsyncDisposable {
  readonly #api: QdrantApi;
  readonly #bounds: CallBounds;
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(
    server: QdrantServer,
    world: { readonly clock: Clock; readonly entropy: Entropy; readonly bounds: CallBounds },
  ) {
    this.#api = createApi(server);
    this.#bounds = world.bounds;
    this.#clock = world.clock;
    this.#entropy = world.entropy;
  }

  /** Aborts when the calls are disposed of. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
  }

  /**
   * Makes a call and reads its result.
   *
   * @throws {SynapseError} `memory_unavailable`, with the status if Qdrant answered with one
   */
  async ask<T>(result: z.ZodType<T>, { call, send }: CallOptions): Promise<T> {
    const asked = this.#ask(result, { call, send });
    this.#running.add(asked);
    try {
      return await asked;
    } finally {
      this.#running.delete(asked);
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
      if (this.#closing.signal.aborted) throw closed();
      try {
        return result.parse(await this.#once(call, send));
      } catch (error) {
        if (this.#closing.signal.aborted) throw closed();
        if (error instanceof SynapseError) throw error;
        const failure = failureOf(error);
        if (!this.#shallRepeat(failure, tries)) throw unavailable(call, failure, error);
        await this.#clock.sleep(
          backoffMs(BACKOFF, {
            tries,
            random: this.#entropy.random(),
            retryAfterMs: failure.retry_after_ms,
          }),
          this.#closing.signal,
        );
      }
    }
  }

  #shallRepeat({ retryable, retry_after_ms }: CallFailure, tries: number): boolean {
    return retryable && tries < this.#bounds.tries_max && retry_after_ms <= RETRY_AFTER_MS_MAX;
  }

  /** One try. A late one is an error by itself: what is slow does not get faster by more calls. */
  async #once(call: string, send: Send): Promise<unknown> {
    const { deadline_ms } = this.#bounds;
    const scope = new AbortController();
    const timer = new AbortController();
    let late = false;
    const breakOff = () => scope.abort();
    this.#closing.signal.addEventListener("abort", breakOff, { once: true });
    void this.#clock.sleep(deadline_ms, timer.signal).then(() => {
      if (timer.signal.aborted) return;
      late = true;
      breakOff();
    });
    try {
      const { data } = await send(this.#api, { signal: scope.signal });
      return data.result;
    } catch (error) {
      if (!late) throw error;
      const why = `did not answer within ${deadline_ms} ms`;
      throw unavailable(call, { why, status: null, retryable: false, retry_after_ms: 0 });
    } finally {
      timer.abort(null);
      this.#closing.signal.removeEventListener("abort", breakOff);
    }
  }
}

function closed(): SynapseError {
  return new SynapseError("memory_unavailable", "The index is closed");
}

function createApi({ url, api_key }: QdrantServer): QdrantApi {
  const client = new QdrantClient({
    ...addressOf(url),
    // Not as the client's own option: that one writes to the console.
    ...(api_key === undefined ? {} : { headers: { "api-key": api_key } }),
    // Deadlines are this module's.
    timeout: Infinity,
    checkCompatibility: false,
  });
  return client.api();
}
