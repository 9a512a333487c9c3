/**
 * Test support: a local server that speaks the wire format of OpenAI's embeddings (`/v1/embeddings`),
 * and fails in the ways that real ones do. Never part of a running node.
 *
 * @module
 */

/** What the server answers to one request. */
export type EmbeddingReply =
  /** The vectors of the texts, as the script makes them. */
  | { readonly kind: "vectors"; readonly vector: (text: string) => readonly number[] }
  /** The same, unless one of the texts has more UTF-16 units than that: then a status of 400. */
  | {
    readonly kind: "picky";
    readonly chars_max: number;
    readonly vector: (text: string) => readonly number[];
  }
  | {
    readonly kind: "status";
    readonly status: number;
    readonly message: string;
    readonly headers?: Readonly<Record<string, string>>;
  }
  /** This text with a status of success. */
  | { readonly kind: "body"; readonly body: string }
  /** A connection that breaks in the middle of the answer. */
  | { readonly kind: "cut" }
  /** Not even a status, as long as the server runs. */
  | { readonly kind: "hang" };

/** A request that arrived. */
export interface EmbeddingRequest {
  readonly path: string;
  readonly headers: Headers;
  readonly body: { readonly input: string[] } & Readonly<Record<string, unknown>>;
}

/** The server. Dispose of it to close it and all its connections. */
export class EmbeddingServer implements AsyncDisposable {
  /** Every request so far. */
  readonly requests: EmbeddingRequest[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #stop = new AbortController();
  readonly #stopped = Promise.withResolvers<void>();

  /** Starts on a free port of the loopback interface. Replies in order; the last one is repeated. */
  constructor(...replies: readonly EmbeddingReply[]) {
    this.#stop.signal.addEventListener("abort", () => this.#stopped.resolve());
    this.#server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      signal: this.#stop.signal,
      onListen: () => {},
      // A cut connection is on purpose here.
      onError: () => new Response(null, { status: 500 }),
    }, async (request) => {
      const { pathname: path } = new URL(request.url);
      this.requests.push({ path, headers: request.headers, body: await request.json() });
      return await this.#answer(replies[Math.min(this.requests.length, replies.length) - 1]!);
    });
  }

  /** Base URL for a client. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/v1`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#server.finished;
  }

  async #answer(reply: EmbeddingReply): Promise<Response> {
    const { input, model } = this.requests.at(-1)!.body;
    switch (reply.kind) {
      case "vectors": {
        const data = input.map((text, index) => ({
          object: "embedding",
          index,
          embedding: reply.vector(text),
        }));
        const usage = { prompt_tokens: input.length, total_tokens: input.length };
        // Order is the index's business, and no server promises it.
        return Response.json({ object: "list", data: data.reverse(), model, usage });
      }
      case "picky": {
        const { chars_max, vector } = reply;
        const long = input.some(({ length }) => length > chars_max);
        const refusal = { kind: "status", status: 400, message: "A text is too long" } as const;
        return await this.#answer(long ? refusal : { kind: "vectors", vector });
      }
      case "status":
        return Response.json({
          error: { message: reply.message, type: "error", param: null, code: null },
        }, {
          status: reply.status,
          ...(reply.headers ? { headers: reply.headers } : {}),
        });
      case "body":
        return new Response(reply.body, { headers: { "content-type": "application/json" } });
      case "cut":
        return new Response(
          new ReadableStream({
            start(controller) {
              controller.enqueue(new TextEncoder().encode('{"object":"list","da'));
            },
            pull: (controller) =>
              controller.error(new Deno.errors.ConnectionReset("Cut on purpose")),
          }, { highWaterMark: 0 }),
          { headers: { "content-type": "application/json" } },
        );
      case "hang":
        await this.#stopped.promise;
        return new Response(null);
      default:
        return reply satisfies never;
    }
  }
}
