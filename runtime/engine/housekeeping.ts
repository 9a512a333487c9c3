/**
 * What a node does now and then: lets idle actors leave memory, and deletes what has had its time.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Journal } from "../journal/port.ts";
import type { Limits } from "../limits.ts";
import type { Metrics } from "../telemetry/port.ts";
import type { Activations } from "./activations.ts";

/** How often idle actors are looked for, in milliseconds, at most; more often when they may idle shorter. */
const SWEEP_MS_MAX = 1000;

/** How often what has had its time is deleted, in milliseconds, and how much of it at a time. */
const PURGE_MS = 60_000;
const PURGE_ROWS = 500;

/** What passivation needs. */
export interface PassivationOptions {
  readonly activations: Activations;
  readonly clock: Clock;
  readonly limits: Pick<Limits, "idle_ms" | "active_actors">;
  readonly metrics: Metrics;
  /** Hears of the time, in monotonic milliseconds. */
  readonly onSweep: (now: number) => void;
}

/** Lets idle actors leave memory until the signal aborts. */
export async function keepPassivating(
  { activations, clock, limits, metrics, onSweep }: PassivationOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(Math.min(SWEEP_MS_MAX, limits.idle_ms), signal);
    const now = clock.monotonic();
    activations.passivate(now, limits.idle_ms, limits.active_actors);
    onSweep(now);
    metrics.activeActors.set(activations.size);
  }
}

/** What purging needs. */
export interface PurgeOptions {
  readonly journal: Pick<Journal, "purge">;
  readonly clock: Clock;
  readonly limits: Pick<Limits, "idempotency_ms" | "closed_retention_ms">;
  readonly onError: (error: unknown) => void;
}

/** Deletes what has had its time until the signal aborts. */
export async function keepPurging(
  { journal, clock, limits, onError }: PurgeOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const handled = clock.now() - limits.idempotency_ms;
    const closed = limits.closed_retention_ms === null
      ? null
      : clock.now() - limits.closed_retention_ms;
    const deleted = await journal.purge({ handled, closed }, PURGE_ROWS).catch((error) => {
      onError(error);
      return 0;
    });
    await clock.sleep(deleted < PURGE_ROWS ? PURGE_MS : 100, signal);
  }
}
