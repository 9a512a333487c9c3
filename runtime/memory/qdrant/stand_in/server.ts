/**
 * Test support: a small server that speaks the part of Qdrant's REST interface which the adapter uses,
 * in memory, and checks every request and every answer against Qdrant's own description. It proves that
 * the adapter speaks the language, not that Qdrant does what the stand-in does: for that, the contract
 * suite also runs on a real server (`QDRANT_URL`).
 *
 * @module
 */
import assert from "node:assert/strict";
import description from "./qdrant_openapi.json" with { type: "json" };
import { READS, WRITES } from "./operations.ts";
import type { OpenApi } from "./reduce_openapi.ts";
import { Collections, Refusal } from "./stored_collection.ts";
import { Validator } from "./validator.ts";

/** Made once: that takes longer than most tests. */
const VALIDATOR = new Validator(description as unknown as OpenApi);

/** How the server fails. */
export type Failure =
  | { readonly kind: "status"; readonly status: number; readonly headers?: Record<string, string> }
  /** No answer as long as it lasts. */
  | { readonly kind: "silence" }
  /** The proper answer, but the connection breaks in the middle. */
  | { readonly kind: "cut" }
  /** The first half of the proper answer, in good order. */
  | { readonly kind: "half" }
  /** A well-formed answer without what was asked for. */
  | { readonly kind: "empty" }
  /** The write is done some time after the answer, whatever was asked. */
  | { readonly kind: "unfinished" };

/** What the stand-in says it is: a server of the description's release. */
const VERSION_INFO = { title: "qdrant - vector search engine", version: "1.18.3" };

/** Decides whether a request fails, by its operation as in `GET /aliases`. */
export type FailureScript = (operation: string) => Failure | null;

/** The server. Dispose of it to close it: that fails if it saw or sent anything that is not described. */
export class QdrantStandIn implements AsyncDisposable {
  /** What it keeps. */
  readonly collections = new Collections();
  /** What was asked for, in order: operations as in `GET /aliases`, and bodies. */
  // deno-lint-ignore no-explicit-any -- tests look into bodies of many forms
  readonly requests: { readonly operation: string; readonly body: any }[] = [];
  /** How it fails; null: not at all. */
  failing: FailureScript | null = null;
  readonly #api_key: string | null;
  #faults: string[] = [];
  /** Writes that were answered before they are done. */
  #unfinished: (() => void)[] = [];
  #server: Deno.HttpServer<Deno.NetAddr> | null = null;
  #stop = new AbortController();
  #port = 0;

  /** The version that it says it has. */
  version = VERSION_INFO.version;

  /**
   * Starts on a free port of the loopback interface. With an API key, requests must carry it, except
   * the one for the version.
   */
  constructor({ api_key = null }: { readonly api_key?: string | null } = {}) {
    this.#api_key = api_key;
    this.start();
  }

  /** Where it is. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts again after {@link stop}, at the same place and with all that was kept. */
  start(): void {
    this.#stop = new AbortController();
    this.#server = Deno.serve({
      hostname: "127.0.0.1",
      port: this.#port,
      signal: this.#stop.signal,
      onListen: ({ port }) => void (this.#port = port),
      // A cut connection is on purpose here.
      onError: () => new Response(null, { status: 500 }),
    }, (request) => this.#handle(request));
  }

  /** Breaks all connections and takes no more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#server?.finished;
  }

  /** What was not as described so far; forgets it. */
  takeFaults(): string[] {
    const faults = this.#faults;
    this.#faults = [];
    return faults;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    assert.deepEqual(this.takeFaults(), [], "Not as Qdrant's description says");
  }

  async #handle(request: Request): Promise<Response> {
    if (!this.#admits(request)) {
      await request.body?.cancel();
      return new Response("Invalid API key or JWT", { status: 401 });
    }
    const text = await request.text();
    let wellFormed = true;
    const body = text === "" ? undefined : JSON.parse(text, (_, value) => {
      if (typeof value === "string" && !value.isWellFormed()) wellFormed = false;
      return value;
    });
    const received = { method: request.method, url: new URL(request.url), body };
    const operation = VALIDATOR.operation(received);
    const name = operation?.name ?? `${request.method} ${received.url.pathname}`;
    this.requests.push({ operation: name, body });
    const faults = VALIDATOR.requestFaults(received);
    this.#faults.push(...faults);
    if (operation === null || faults.length > 0) return refused(400, faults.join("; "));
    const failure = this.failing?.(operation.name) ?? null;
    if (failure?.kind === "silence") return await this.#silence();
    if (failure?.kind === "status") {
      return refused(failure.status, "Failing on purpose", failure.headers);
    }
    // Strings of Rust hold no half of a surrogate pair.
    if (!wellFormed) {
      return refused(400, "Format error in JSON body: lone leading surrogate in hex escape");
    }
    const waits = received.url.searchParams.get("wait") === "true" &&
      failure?.kind !== "unfinished";
    const [status, reply] = this.#answer(operation.name, operation.path, body, waits);
    this.#faults.push(...VALIDATOR.answerFaults(operation.name, status, reply));
    return respond(status, reply, failure);
  }

  #admits({ url, headers }: Request): boolean {
    return this.#api_key === null || headers.get("api-key") === this.#api_key ||
      new URL(url).pathname === "/";
  }

  #answer(
    name: string,
    { collection_name = "" }: Readonly<Record<string, string>>,
    body: unknown,
    waits: boolean,
  ): [number, unknown] {
    if (name === "GET /") return [200, { ...VERSION_INFO, version: this.version }];
    const earlier = this.#unfinished;
    this.#unfinished = [];
    try {
      const [read, write] = [READS[name], WRITES[name]];
      if (read !== undefined) {
        const result = read(this.collections, collection_name, body);
        return [200, { result, status: "ok", time: 0 }];
      }
      assert.ok(write, `The stand-in has no ${name}`);
      const run = () => write(this.collections, collection_name, body);
      if (waits) run();
      else this.#unfinished.push(run);
      const result = { operation_id: 0, status: waits ? "completed" : "acknowledged" };
      return [200, { result, status: "ok", time: 0 }];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return [error.status, { status: { error: error.message }, time: 0 }];
    } finally {
      for (const run of earlier) unlessRefused(run);
    }
  }

  async #silence(): Promise<Response> {
    const { signal } = this.#stop;
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    return new Response(null);
  }
}

/** Does what was accepted before; what cannot be done any more, of a collection that is gone say, is not. */
function unlessRefused(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

function refused(status: number, error: string, headers: Record<string, string> = {}): Response {
  return Response.json({ status: { error }, time: 0 }, { status, headers });
}

function respond(status: number, body: unknown, failure: Failure | null): Response {
  const text = JSON.stringify(body);
  const half = text.slice(0, text.length / 2);
  const headers = { "content-type": "application/json" };
  switch (failure?.kind) {
    case "half":
      return new Response(half, { status, headers });
    case "empty":
      return Response.json({ result: {}, status: "ok", time: 0 });
    case "cut": {
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(half));
          controller.error(new Deno.errors.ConnectionReset("Cut on purpose"));
        },
      });
      return new Response(stream, { status, headers });
    }
    default:
      return new Response(text, { status, headers });
  }
}
