/**
 * Test support: a local server that speaks the real wire formats of OpenAI's chat completions
 * (`/v1/chat/completions`) and Anthropic's messages (`/v1/messages`), and fails in the ways that real
 * ones do. Never part of a running node.
 *
 * @module
 */
import { systemClock } from "../clock.ts";
import {
  anthropicFrames,
  openAiFrames,
  type WireCall,
  type WireFrames,
  type WireUsage,
} from "./wire_frames.ts";

/** An answer that is streamed. */
export interface WireStream {
  readonly kind: "stream";
  /** Pieces of text. */
  readonly deltas: readonly string[];
  readonly calls?: readonly WireCall[];
  readonly usage?: WireUsage;
  /**
   * What follows the pieces: the proper end (unless given), a connection that breaks, an end in good order
   * but too early, silence until the client leaves, a line of data as it stands, or an error in the stream.
   */
  readonly then?:
    | "finish"
    | "cut"
    | "end"
    | "silence"
    | { readonly data: string }
    | { readonly error: { readonly type: string; readonly message: string } };
  /** Why it ends, in the format's own words; the usual one unless given. */
  readonly reason?: string;
}

/** What the server answers to one request. */
export type WireReply =
  | WireStream
  | {
    readonly kind: "status";
    readonly status: number;
    readonly message: string;
    readonly headers?: Readonly<Record<string, string>>;
  }
  /** Not even a status, as long as the server runs. */
  | { readonly kind: "hang" };

/** A request that arrived. */
export interface WireRequest {
  readonly path: string;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- tests look into bodies of two formats
  readonly body: any;
  /** Resolves when the client leaves while its answer is being streamed. */
  readonly left: Promise<void>;
}

/** Replies in order; the last one is repeated. */
export function inOrder(...replies: WireReply[]): () => WireReply {
  let next = 0;
  return () => replies[Math.min(next++, replies.length - 1)]!;
}

/** A whole answer of these pieces of text. */
export function saying(...deltas: string[]): WireStream {
  return { kind: "stream", deltas };
}

/** The server. Dispose of it to close it and all its connections. */
export class WireServer implements AsyncDisposable {
  /** Every request so far. */
  readonly requests: WireRequest[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #stop = new AbortController();
  readonly #stopped = new Promise<void>((resolve) =>
    this.#stop.signal.addEventListener("abort", () => resolve())
  );

  /** Starts on a free port of the loopback interface. `script` gives the reply to each request. */
  constructor(script: (request: WireRequest) => WireReply) {
    this.#server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      signal: this.#stop.signal,
      onListen: () => {},
      // A cut connection is on purpose here.
      onError: () => new Response(null, { status: 500 }),
    }, (request) => this.#handle(request, script));
  }

  /** Base URL for an OpenAI client. */
  get openAiUrl(): string {
    return `${this.anthropicUrl}/v1`;
  }

  /** Base URL for an Anthropic client. */
  get anthropicUrl(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#server.finished;
  }

  async #handle(
    request: Request,
    script: (request: WireRequest) => WireReply,
  ): Promise<Response> {
    const path = new URL(request.url).pathname;
    const frames = FRAMES[path];
    if (frames === undefined) return new Response("No such path", { status: 404 });
    const left = Promise.withResolvers<void>();
    const received: WireRequest = {
      path,
      headers: request.headers,
      body: await request.json(),
      left: left.promise,
    };
    this.requests.push(received);
    const reply = script(received);
    switch (reply.kind) {
      case "status":
        return Response.json(frames.fault("error", reply.message), {
          status: reply.status,
          ...(reply.headers ? { headers: reply.headers } : {}),
        });
      case "hang":
        await this.#stopped;
        return new Response(null);
      case "stream": {
        const model = String(received.body.model);
        const body = streamOf(frames, reply, model, () => left.resolve());
        return new Response(body, { headers: { "content-type": "text/event-stream" } });
      }
      default:
        return reply satisfies never;
    }
  }
}

const FRAMES: Readonly<Record<string, WireFrames>> = {
  "/v1/chat/completions": openAiFrames,
  "/v1/messages": anthropicFrames,
};

/** The usage that an answer reports unless it says otherwise. */
const USAGE = { input_tokens: 11, output_tokens: 7 };

function streamOf(
  frames: WireFrames,
  reply: WireStream,
  model: string,
  onLeft: () => void,
): ReadableStream<Uint8Array> {
  const { deltas, calls = [], usage = USAGE, then = "finish", reason } = reply;
  const encoder = new TextEncoder();
  return new ReadableStream({
    async start(controller) {
      const write = async (frame: string) => {
        // In two pieces, so that no client can count on whole events.
        const bytes = encoder.encode(frame);
        const middle = Math.ceil(bytes.length / 2);
        for (const half of [bytes.subarray(0, middle), bytes.subarray(middle)]) {
          controller.enqueue(half);
          await systemClock.yield();
        }
      };
      try {
        for (const frame of frames.body(model, deltas, calls, usage)) await write(frame);
        if (then === "finish") {
          for (const frame of frames.end(model, calls.length > 0, usage, reason)) {
            await write(frame);
          }
        } else if (typeof then === "object") {
          await write("data" in then ? frames.data(then.data) : frames.error(then.error));
        }
        if (then === "cut") controller.error(new Deno.errors.ConnectionReset("Cut on purpose"));
        else if (then !== "silence") controller.close();
      } catch (error) {
        // The client has left: nothing can be enqueued any more.
        if (!(error instanceof TypeError)) throw error;
      }
    },
    cancel: onLeft,
  });
}
