/**
 * Work that goes on while something is wrong.
 *
 * @module
 */
import { systemClock } from "../../../runtime/clock.ts";

/**
 * Does something again and again, whether it succeeds or not: where something is wrong, requests fail.
 *
 * @param pause_ms between the end of one time and the next
 * @returns ends it, when the present time has ended
 */
export function repeat(work: () => Promise<unknown>, pause_ms: number): () => Promise<void> {
  const stopped = new AbortController();
  const running = (async () => {
    while (!stopped.signal.aborted) {
      await work().catch(() => {});
      await systemClock.sleep(pause_ms, stopped.signal);
    }
  })();
  return async () => {
    stopped.abort();
    await running;
  };
}
