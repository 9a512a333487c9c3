/**
 * When a node counts as alive: its event loop goes round, and nothing says that it is beyond help.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../telemetry/port.ts";

/** By what a node is judged, and where that is said. */
export interface AliveOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Why the node is beyond help but by a new start, or null: what `GET /health` answers by. */
  readonly stuck: () => string | null;
}

/** Calls `beat` so often, in milliseconds, until the signal aborts; not while the node is stuck. */
export async function whileAlive(
  { clock, log, stuck }: AliveOptions,
  beat: () => Promise<unknown> | void,
  { every_ms, signal }: { readonly every_ms: number; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const reason = stuck();
    if (reason === null) await beat();
    else log.error({ reason }, "Node is stuck; it is left to be ended and started anew");
    await clock.sleep(every_ms, signal);
  }
}
