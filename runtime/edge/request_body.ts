/**
 * A request as the application may treat it, whatever its body.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { SynapseError } from "../errors.ts";

/** Methods whose requests have no body for the application; none can be made that is TRACE. */
const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD", "TRACE"]);

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
  if (BODILESS.has(method)) return request;
  if (headers.has("content-length") && !headers.has("transfer-encoding")) {
    let body: ReadableStream<Uint8Array> | null = null;
    return Object.defineProperty(request, "body", {
      get: () => body ??= bodyStream(incoming, outgoing),
    });
  }
  const body = bodyStream(incoming, outgoing);
  return new Request(url, { method, headers: [...headers], body, signal });
}

/**
 * The bytes as they are asked for. Who begins to ask and leaves off has the rest thrown away. Fails with
 * `malformed_request` when the client goes before its end.
 */
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
    incoming.once("error", (error) => end(() => controller.error(cutOff(error))));
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

function cutOff(cause: Error): SynapseError {
  return new SynapseError("malformed_request", "The body was cut off before its end", { cause });
}
