/**
 * Speaks to a node over HTTP. It knows how to ask and how to fail; the shapes are those of
 * `runtime/edge/schemas.ts`.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import { CliError } from "./cli_error.ts";
import { checkedAddress, connectionFault } from "./connection_fault.ts";
import { EXIT, exitForStatus } from "./exit_code.ts";

/** How to speak to the node. */
export interface ClientOptions {
  readonly apiKey: string | null;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** One request besides its path. */
export interface RequestOptions {
  /** Values that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A page of anything. */
export interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** How long to wait before another try when the node does not say, in milliseconds. */
const RETRY_MS = 1000;

/** The path of a resource: `apiPath("sessions", id)`. Each segment is escaped. */
export function apiPath(...segments: readonly string[]): string {
  return "/api/v1/" + segments.map(encodeURIComponent).join("/");
}

/** A node, from outside. */
export class Client {
  readonly clock: Clock;
  readonly #base: string;
  readonly #apiKey: string | null;
  readonly #entropy: Entropy;

  /** @throws {CliError} `url_invalid` */
  constructor(url: string, options: ClientOptions) {
    this.#base = checkedAddress(url);
    this.#apiKey = options.apiKey;
    this.#entropy = options.entropy;
    this.clock = options.clock;
  }

  /** A key with which a POST can be repeated without doing it twice. */
  newKey(): string {
    return this.#entropy.id("cli");
  }

  /** @throws {CliError} for every answer that is no success */
  get<Answer>(path: string, query: RequestOptions["query"] = {}): Promise<Answer> {
    return this.#json("GET", path, { query });
  }

  /** @throws {CliError} for every answer that is no success */
  put<Answer>(path: string, body: unknown): Promise<Answer> {
    return this.#json("PUT", path, { body });
  }

  /** @throws {CliError} for every answer that is no success */
  delete<Answer>(path: string): Promise<Answer> {
    return this.#json("DELETE", path, {});
  }

  /**
   * Does something once, even if the connection breaks and it is asked for again.
   *
   * @throws {CliError} for every answer that is no success
   */
  post<Answer>(
    path: string,
    body: unknown,
    { query, key = this.newKey() }: { query?: RequestOptions["query"]; key?: string } = {},
  ): Promise<Answer> {
    return this.#json("POST", path, {
      body,
      ...(query ? { query } : {}),
      headers: { "idempotency-key": key },
    });
  }

  /** All items of a list, page after page, up to `limit`. */
  async list<Item>(
    path: string,
    { query = {}, limit = Infinity }: { query?: RequestOptions["query"]; limit?: number } = {},
  ): Promise<ListPage<Item>> {
    const items: Item[] = [];
    let cursor = query.cursor;
    for (;;) {
      const size = Math.min(200, limit - items.length);
      const page = await this.get<ListPage<Item>>(path, { ...query, cursor, limit: size });
      items.push(...page.items);
      if (page.next === null || items.length >= limit) return { items, next: page.next };
      cursor = page.next;
    }
  }

  /**
   * Repeats what may fail while a node restarts, until it works, fails for another reason, or the
   * signal aborts. A node that was never there is not waited for.
   *
   * @param attempt what to repeat: it must be safe to do more than once
   * @param onTrouble called before each new try
   */
  async persist<Answer>(
    attempt: () => Promise<Answer>,
    { signal, known, onTrouble }: {
      signal?: AbortSignal;
      /** Whether the node has answered before. */
      known?: boolean;
      onTrouble?: (error: CliError) => void;
    } = {},
  ): Promise<Answer> {
    let met = known ?? false;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof CliError) || signal?.aborted || !isPassing(error, met)) throw error;
        met = true;
        onTrouble?.(error);
        await this.clock.sleep(RETRY_MS, signal);
        if (signal?.aborted) throw error;
      }
    }
  }

  /**
   * Sends a request and returns the answer of any status.
   *
   * @throws {CliError} `unreachable` if nothing listens there, `connection_lost` if it went away,
   * `not_a_node` if something else listens there
   */
  async send(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers = new Headers(options.headers);
    if (this.#apiKey !== null) headers.set("authorization", `Bearer ${this.#apiKey}`);
    if (options.body !== undefined) headers.set("content-type", "application/json");
    try {
      return await fetch(url, {
        method,
        headers,
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
        ...(options.signal ? { signal: options.signal } : {}),
      });
    } catch (error) {
      throw this.connectionError(error);
    }
  }

  /** The error for a connection that could not be made or did not last. */
  connectionError(error: unknown): CliError {
    if (error instanceof CliError) return error;
    return connectionFault(this.#base, error);
  }

  async #json<Answer>(method: string, path: string, options: RequestOptions): Promise<Answer> {
    const response = await this.send(method, path, options);
    if (!response.ok) throw await problemError(response);
    try {
      return await response.json() as Answer;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw this.connectionError(error);
      throw new CliError(`${method} ${path} answered with no JSON: is ${this.#base} a node?`, {
        exit: EXIT.failed,
        code: "answer_invalid",
        cause: error,
      });
    }
  }
}

/** Reads an answer that is of no use. One of 400 or more is problem+json when it comes from a node. */
export async function problemError(response: Response): Promise<CliError> {
  const text = await response.text().catch(() => "");
  const problem = parseProblem(text);
  const faults = problem.errors?.map(({ path, message }) => `\n  ${path}: ${message}`).join("");
  const message = problem.detail ?? problem.title ??
    `The answer was HTTP ${response.status} and not in a node's words: is ${
      originOf(response)
    } a node's API?`;
  return new CliError(message + (faults ?? ""), {
    exit: response.ok ? EXIT.failed : exitForStatus(response.status),
    code: problem.code ?? `http_${response.status}`,
    ...(response.status === 401
      ? { hint: "Give the node's key with --api-key or SYNAPSE_API_KEY" }
      : {}),
  });
}

/** The server that answered; a response that a test made comes from none. */
function originOf({ url }: Response): string {
  return URL.parse(url)?.origin ?? "it";
}

interface PartialProblem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** Something in between may answer instead of a node, so nothing is taken for granted. */
function parseProblem(text: string): PartialProblem {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Whether the trouble may pass by itself: a node that restarts, or one that is too busy now. */
function isPassing(error: CliError, met: boolean): boolean {
  switch (error.code) {
    case "unreachable":
      return met;
    case "connection_lost":
    case "draining":
    case "fenced":
    case "journal_unavailable":
    case "mailbox_full":
    case "rate_limited":
      return true;
    default:
      return false;
  }
}
