/**
 * Speaks to the node that served the page.
 *
 * @module
 */
import { within } from "../../../within.ts";
import type { World } from "./browser.ts";
import { isPassing, ProblemError, readProblem, UNREACHABLE } from "./problem.ts";

/** Values that are undefined or empty are left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** How a request is sent. */
export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** An answer, read to its end. */
export interface WholeAnswer extends Pick<Response, "status" | "ok" | "headers"> {
  readonly text: string;
}

/** A request that is not answered to its end in that time will not be, in milliseconds. */
const REQUEST_MS_MAX = 15_000;

/** How often a POST is sent, with one key, before the person is asked to try again. */
const ATTEMPTS_MAX = 4;

/** Between two attempts when the node does not say, and at most, in milliseconds. */
const RETRY_MS = 1000;
const RETRY_MS_MAX = 5000;

/** The path of a resource, relative to the page: `apiPath("sessions", id)`. Each segment is escaped. */
export function apiPath(...segments: readonly string[]): string {
  return "api/v1/" + segments.map(encodeURIComponent).join("/");
}

/** The API, with a key or without one. */
export class Api {
  readonly #world: World;
  readonly #key: string | null;

  constructor(world: World, key: string | null) {
    this.#world = world;
    this.#key = key;
  }

  /** @throws {ProblemError} for every answer that is no success */
  async get<Answer>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer> {
    return await this.#json("GET", withQuery(path, query), signal ? { signal } : {});
  }

  /** @throws {ProblemError} for every answer that is no success */
  async delete<Answer>(path: string): Promise<Answer> {
    return await this.#json("DELETE", path, {});
  }

  /**
   * Does something once. What may pass by itself is tried again, with the same key.
   *
   * @param key one for each thing that a person wants done, however often it is sent
   * @throws {ProblemError} for every answer that is no success
   */
  async post<Answer>(path: string, body: unknown, key: string): Promise<Answer> {
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#json("POST", path, { body, headers: { "idempotency-key": key } });
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        if (!isPassing(error.problem) || attempt >= ATTEMPTS_MAX) throw error;
        await this.#world.clock.sleep(retryMs(error));
      }
    }
  }

  /**
   * Sends a request and reads the answer, whatever its status.
   *
   * @throws {ProblemError} `unreachable` if there is none, or none in time
   */
  async ask(method: string, path: string, options: RequestOptions = {}): Promise<WholeAnswer> {
    return await this.#inTime(options.signal, async (signal) => {
      return await wholeAnswer(await this.#send(method, path, { ...options, signal }));
    });
  }

  /**
   * Opens a stream. Its head has to come in time; how long it may then be silent is the reader's matter.
   *
   * @throws {ProblemError} for every answer that is no success
   */
  async stream(
    path: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> {
    const gaveUp = new AbortController();
    const whole = AbortSignal.any([signal, gaveUp.signal]);
    const answer = await this.#inTime(signal, async () => {
      const response = await this.#send("GET", path, { headers, signal: whole });
      return response.ok ? response : await wholeAnswer(response);
    }).catch((error) => {
      gaveUp.abort();
      throw error;
    });
    if (answer instanceof Response) return answer;
    throw problemOf(answer);
  }

  async #json<Answer>(method: string, path: string, options: RequestOptions): Promise<Answer> {
    const answer = await this.ask(method, path, options);
    if (!answer.ok) throw problemOf(answer);
    try {
      return JSON.parse(answer.text);
    } catch {
      throw problemOf(answer);
    }
  }

  async #send(method: string, path: string, options: RequestOptions): Promise<Response> {
    const { body, signal } = options;
    const headers = new Headers(options.headers);
    if (this.#key !== null) headers.set("authorization", `Bearer ${this.#key}`);
    if (body !== undefined) headers.set("content-type", "application/json");
    return await this.#world.fetch(new URL(path, this.#world.address), {
      method,
      headers,
      // Neither a cookie nor a password that the browser knows: the key is all there is.
      credentials: "omit",
      cache: "no-store",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  }

  /** A request that fails or lasts too long is a problem, `unreachable`; one that the caller ends is not. */
  async #inTime<Value>(
    signal: AbortSignal = new AbortController().signal,
    request: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const late = () => new ProblemError(UNREACHABLE);
    try {
      return await within(this.#world.clock, { ms: REQUEST_MS_MAX, signal, late }, request);
    } catch {
      signal.throwIfAborted();
      throw new ProblemError(UNREACHABLE);
    }
  }
}

/** The problem of an answer that is no success, or not what was asked for. */
export function problemOf({ status, headers, text }: WholeAnswer): ProblemError {
  const seconds = Number(headers.get("retry-after") ?? NaN);
  return new ProblemError(readProblem(status, text), Number.isFinite(seconds) ? seconds : null);
}

async function wholeAnswer(response: Response): Promise<WholeAnswer> {
  const { status, ok, headers } = response;
  return { status, ok, headers, text: await response.text() };
}

/** How long to wait before a request is sent again, in milliseconds. */
export function retryMs({ retry_after_s }: ProblemError): number {
  return retry_after_s === null ? RETRY_MS : Math.min(retry_after_s * 1000, RETRY_MS_MAX);
}

function withQuery(path: string, query: Query): string {
  const entries = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)]]
  );
  return entries.length === 0 ? path : `${path}?${new URLSearchParams(entries)}`;
}
