/**
 * What becomes of a request that was answered before all of it had come.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";

/** How long a client may go on sending after its answer, in milliseconds. */
const REST_MS = 30_000;

/** About how much it may send then, in bytes: as much as the largest body that a node can be told to take. */
const REST_BYTES = 67_108_864;

/** How often it is looked whether a limit is reached, in milliseconds. */
const LOOK_MS = 500;

/**
 * Has the rest of a request read and thrown away once it has been answered, because a client that is cut
 * while it sends may not see its answer. The server's limit for a whole request ends with the answer, so
 * there are two here; who goes beyond one is cut.
 */
export function readRest(incoming: IncomingMessage, outgoing: ServerResponse, clock: Clock): void {
  const { socket } = incoming;
  const closes = !outgoing.shouldKeepAlive;
  outgoing.shouldKeepAlive = true;
  // To say `close` would also close at once. So nothing is said, and it is done when the request ends.
  if (closes) outgoing.removeHeader("connection");
  outgoing.once("finish", async () => {
    if (!incoming.complete) await discard(incoming, clock);
    if (!incoming.complete) socket.destroy();
    else if (closes) socket.destroySoon();
  });
}

/** Throws away what comes until the request ends, its client goes or a limit is reached. */
async function discard(incoming: IncomingMessage, clock: Clock): Promise<void> {
  const { socket } = incoming;
  const over = new AbortController();
  const end = () => over.abort();
  incoming.once("end", end);
  socket.once("close", end);
  incoming.on("data", () => {});
  incoming.resume();
  // Counted on the socket: of a request that nobody began to read, the server shows no data any more.
  const bytes = socket.bytesRead + REST_BYTES;
  const last = clock.monotonic() + REST_MS;
  while (!over.signal.aborted && socket.bytesRead < bytes && clock.monotonic() < last) {
    await clock.sleep(LOOK_MS, over.signal);
  }
  socket.off("close", end);
}
