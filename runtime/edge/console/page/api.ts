/**
 * Speaks to the node that served the page.
 *
 * @module
 */
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
   * Sends a request and returns the answer, whatever its status.
   *
   * @throws {ProblemError} `unreachable` if there is none
   */
  async send(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const { body, signal } = options;
    const headers = new Headers(options.headers);
    if (this.#key !== null) headers.set("authorization", `Bearer ${this.#key}`);
    if (body !== undefined) headers.set("content-type", "application/json");
    try {
      return await this.#world.fetch(new URL(path, this.#world.address), {
        method,
        headers,
        // Neither a cookie nor a password that the browser knows: the key is all there is.
        credentials: "omit",
        cache: "no-store",
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ProblemError(UNREACHABLE);
    }
  }

  async #json<Answer>(method: string, path: string, options: RequestOptions): Promise<Answer> {
    const response = await this.send(method, path, options);
    if (!response.ok) throw await problemOf(response);
    const text = await bodyOf(response, options.signal);
    try {
      return JSON.parse(text);
    } catch {
      throw new ProblemError(readProblem(response.status, text));
    }
  }
}

/** The problem of an answer that is no success. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  const problem = readProblem(response.status, await response.text().catch(() => ""));
  return new ProblemError(problem, Number.isFinite(seconds) ? seconds : null);
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

async function bodyOf(response: Response, signal?: AbortSignal): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ProblemError(UNREACHABLE);
  }
}
