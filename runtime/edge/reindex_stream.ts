/**
 * How far the building of an index is, as JSON lines for whoever asked for it.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { errorCode, errorMessage } from "../errors.ts";
import { reindex, type ReindexOptions } from "../memory/reindex.ts";
import type { Logger } from "../telemetry/port.ts";

/** Milliseconds between lines, at least. */
const LINE_MS = 200;

/** What the index is built with. */
export interface ReindexStreamOptions extends Omit<ReindexOptions, "signal"> {
  readonly clock: Pick<Clock, "monotonic">;
  readonly log: Logger;
}

/**
 * Builds the index while the stream is read. Cancelling the stream gives up.
 *
 * @param onEnd called once, when nothing is being built any more
 */
export function reindexLines(
  options: ReindexStreamOptions,
  onEnd: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const stop = new AbortController();
  const lines = write({ ...options, signal: stop.signal }, onEnd);
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
    },
    async cancel() {
      stop.abort();
      await lines.return();
    },
  });
}

async function* write(
  options: ReindexStreamOptions & { readonly signal: AbortSignal },
  onEnd: () => void,
): AsyncGenerator<object, void> {
  const { clock, log } = options;
  let shown = -Infinity;
  let last: object = {};
  try {
    for await (const progress of reindex(options)) {
      last = progress;
      if (clock.monotonic() - shown < LINE_MS) continue;
      shown = clock.monotonic();
      yield progress;
    }
    log.info({ ...last }, "Memory's index was built anew");
    yield { ...last, done: true };
  } catch (error) {
    log.warn({ err: error }, "Memory's index could not be built anew");
    yield { ...last, error: { code: errorCode(error), message: errorMessage(error) } };
  } finally {
    onEnd();
  }
}
