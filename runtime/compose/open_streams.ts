/**
 * The streams that a configuration names, and what only some of them have.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Poster } from "../engine/port.ts";
import { createLocalStreams } from "../streams/local.ts";
import type { Streams } from "../streams/port.ts";
import type { Logger, Metrics } from "../telemetry/port.ts";

/** What streams need besides their configuration. */
export interface StreamsWorld {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The journal's id. */
  readonly journal_id: string;
}

/** The streams of one node. */
export interface OpenedStreams {
  readonly streams: Streams;
  /**
   * Brings commands that other systems add to a stream to their actors, until the signal aborts. One
   * node of all may do so at a time.
   */
  readonly ingest: (engine: Poster, signal: AbortSignal) => Promise<void>;
}

/** Opens them. What carries them may be away, now or later. */
export async function openStreams(
  { redis, journal, limits, node_id }: Pick<Config, "redis" | "journal" | "limits" | "node_id">,
  world: StreamsWorld,
): Promise<OpenedStreams> {
  if (redis === null) {
    const streams = createLocalStreams({ ...world, limits, alone: journal.kind === "sqlite" });
    return { streams, ingest: () => Promise.resolve() };
  }
  // Whoever has no Redis does without the driver.
  const { openRedisStreams } = await import("../streams/redis/open.ts");
  const streams = await openRedisStreams({
    ...world,
    ...redis,
    limits,
    node: node_id,
    journal: world.journal_id,
  });
  return { streams, ingest: (engine, signal) => streams.ingest(engine, signal) };
}
