/**
 * A request as the application may treat it, whatever its body.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * Mends what the adapter's requests lack on Deno: their `body` cannot be left unread without the
 * connection being stuck, and they cannot be copied as middleware does with a body of unknown length.
 *
 * A body of known length is still read by the adapter, which costs half.
 */
export function withBody(
  request: Request,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Request {
  const { method, headers, url, signal } = request;
  if (method === "GET" || method === "HEAD") return request;
  if (headers.has("content-length") && !headers.has("transfer-encoding")) {
    let body: ReadableStream<Uint8Array> | null = null;
    return Object.defineProperty(request, "body", {
      get: () => body ??= bodyStream(incoming, outgoing),
    });
  }
  const body = bodyStream(incoming, outgoing);
  return new Request(url, { method, headers: [...headers], body, signal });
}

/** The bytes as they are asked for. Who begins to ask and leaves off has the rest thrown away. */
function bodyStream(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let begun = false;
  let open = true;
  const discard = () => {
    open = false;
    incoming.resume();
  };
  const begin = (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) => {
    const end = (how: () => void) => {
      if (open) how();
      open = false;
    };
    incoming.on("data", (chunk: Uint8Array<ArrayBuffer>) => {
      if (!open) return;
      incoming.pause();
      controller.enqueue(chunk);
    });
    incoming.once("end", () => end(() => controller.close()));
    incoming.once("error", (error) => end(() => controller.error(error)));
    outgoing.once("close", discard);
  };
  return new ReadableStream({
    pull(controller) {
      if (!begun) begin(controller);
      begun = true;
      incoming.resume();
    },
    cancel: discard,
  }, { highWaterMark: 0 });
}
