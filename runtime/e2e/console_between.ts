/**
 * Test support: something between the console and a node, which can break what passes.
 *
 * @module
 */

/** A proxy. */
export class Between implements AsyncDisposable {
  readonly url: string;
  /** What is answered in the node's place; null: the node is asked. */
  instead: (request: Request) => Promise<Response> | Response | null = () => null;
  /** The `Last-Event-ID` of each stream that was asked for. */
  readonly lastIds: string[] = [];
  readonly #end = new AbortController();
  readonly #server: Deno.HttpServer;
  #streams = new AbortController();

  /**
   * Stands before a node.
   *
   * @param prefix what the paths of its addresses begin with, and those of the node do not
   */
  constructor(nodeUrl: string, prefix = "") {
    const { signal } = this.#end;
    // What is cut off has failed on purpose, and would be printed.
    const onError = () => new Response("", { status: 502 });
    const options = { hostname: "127.0.0.1", port: 0, signal, onListen() {}, onError };
    const server = Deno.serve(options, async (request) => {
      const { pathname, search } = new URL(request.url);
      if (!pathname.startsWith(prefix)) return new Response("", { status: 404 });
      const lastId = request.headers.get("last-event-id");
      if (lastId !== null) this.lastIds.push(lastId);
      return await this.instead(request) ??
        await this.#pass(request, nodeUrl + pathname.slice(prefix.length) + search);
    });
    this.#server = server;
    this.url = `http://127.0.0.1:${server.addr.port}${prefix}`;
  }

  /** Breaks what passes at present. */
  cut(): void {
    this.#streams.abort();
    this.#streams = new AbortController();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#end.abort();
    await this.#server.finished;
  }

  async #pass(request: Request, url: string): Promise<Response> {
    const headers = new Headers(request.headers);
    headers.delete("host");
    const { method, body } = request;
    const signal = AbortSignal.any([request.signal, this.#streams.signal]);
    const response = await fetch(url, { method, body, headers, signal, redirect: "manual" });
    // An end of the request alone does not break a body that is passed on as it is.
    const passed = response.body?.pipeThrough(new TransformStream(), { signal }) ?? null;
    return new Response(passed, response);
  }
}

/** Whether a request is for a stream. */
export const asksStream = (request: Request): boolean => request.headers.has("last-event-id");
