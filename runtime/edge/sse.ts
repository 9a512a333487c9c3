/**
 * The bytes of an event stream.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { LiveEntry } from "../streams/port.ts";
import { eventBody } from "./bodies.ts";

/** Milliseconds between two signs of life. */
export const HEARTBEAT_MS = 15_000;

/** How long a client waits before it connects again, in milliseconds. */
const RETRY_MS = 1000;

/** One entry as the text of a server-sent event. */
export function frame(entry: LiveEntry): string {
  switch (entry.kind) {
    case "event": {
      const { event } = entry;
      return text(event.type, String(event.seq), eventBody(event));
    }
    case "delta":
      return text("llm.delta", `${entry.cursor.seq}.${entry.cursor.n}`, { text: entry.text });
    case "reset":
      return text("llm.reset", `${entry.cursor.seq}.${entry.cursor.n}`, {});
    default:
      return entry satisfies never;
  }
}

/**
 * The text of a stream: the entries as they come, signs of life between them, the end after the
 * session is closed.
 *
 * @param stop ends the stream when it aborts, and is aborted when the stream ends otherwise
 */
export async function* frames(
  batches: AsyncGenerator<readonly LiveEntry[], void>,
  clock: Clock,
  stop: AbortController,
): AsyncGenerator<string, void> {
  let next = batches.next();
  let beat = heartbeat(clock, stop.signal);
  try {
    yield `retry: ${RETRY_MS}\n\n`;
    for (;;) {
      const result = await Promise.race([next, beat]);
      if (stop.signal.aborted) return;
      if (result === "beat") {
        beat = heartbeat(clock, stop.signal);
        yield ":\n\n";
        continue;
      }
      if (result.done) return;
      yield result.value.map(frame).join("");
      if (result.value.some(closes)) return;
      next = batches.next();
    }
  } finally {
    stop.abort();
    // It was not waited for, so nobody else hears of its failure; the reader is gone anyway.
    next.catch(() => {});
    await batches.return();
  }
}

/**
 * The text as a stream of bytes that is written no faster than it is read.
 *
 * @param stop aborted when the reader goes away
 * @param onEnd called once, however the stream ends, with what broke it or null
 */
export function byteStream(
  source: AsyncGenerator<string, void>,
  stop: AbortController,
  onEnd: (error: unknown) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await source.next();
        if (!done) return controller.enqueue(encoder.encode(value));
        onEnd(null);
      } catch (error) {
        onEnd(error);
      }
      // Also after an error: a client that sees a proper end comes back with its Last-Event-ID.
      controller.close();
    },
    async cancel() {
      stop.abort();
      onEnd(null);
      await source.return();
    },
  }, { highWaterMark: 0 });
}

function closes(entry: LiveEntry): boolean {
  return entry.kind === "event" && entry.event.type === "session.closed";
}

async function heartbeat(clock: Clock, signal: AbortSignal): Promise<"beat"> {
  await clock.sleep(HEARTBEAT_MS, signal);
  return "beat";
}

function text(event: string, id: string, data: unknown): string {
  return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}
