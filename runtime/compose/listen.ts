/**
 * The two sockets of a node: the API's and the metrics'.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { apiRoom, METRICS_ROOM } from "../edge/connection_room.ts";
import { Hearing } from "../edge/hearing.ts";
import { HttpListener } from "../edge/http_listener.ts";
import type { Edge } from "../edge/server.ts";
import { descriptorLimit } from "../file_descriptors.ts";
import type { Logger } from "../telemetry/port.ts";

/** How long a stopping node waits for whoever reads its metrics, in milliseconds: they will ask again. */
const SCRAPE_MS = 200;

const FULL = "No more connections are taken: file descriptors would run out; raise ulimit -n";

/** Two open sockets. */
export interface Servers {
  readonly api_url: string;
  readonly metrics_url: string;
  /** Why the API can be reached again only after a new start, or null. */
  deaf(): string | null;
  /** From now on each connection ends with its next answer. */
  retire(): void;
  /** Takes no more connections, and resolves when the requests under way have been answered, or late. */
  close(patience_ms: number): Promise<void>;
}

/**
 * Listens.
 *
 * @throws {Deno.errors.AddrInUse} if a port is taken; then neither is
 */
export async function listen(
  { host: hostname, port, metrics_port }: Config["http"],
  edge: Edge,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<Servers> {
  const room = apiRoom(descriptorLimit());
  const api = await HttpListener.open({
    hostname,
    port,
    fetch: (request) => edge.api.fetch(request),
    clock,
    room,
    onFull: () => log.warn({ connections: room.connections }, FULL),
  });
  let metrics: HttpListener;
  try {
    metrics = await HttpListener.open({
      hostname,
      port: metrics_port,
      fetch: (request) => edge.metrics.fetch(request),
      clock,
      room: METRICS_ROOM,
    });
  } catch (error) {
    await api.close(0);
    throw error;
  }
  const hearing = new Hearing((ms, signal) => api.hears(ms, signal), clock);
  const [api_url, metrics_url] = [api.url, metrics.url];
  log.info({ api_url, metrics_url }, "Node serves");
  return {
    api_url,
    metrics_url,
    deaf: () => hearing.deaf(),
    retire: () => {
      api.retire();
      metrics.retire();
    },
    close: async (patience_ms) => {
      await hearing[Symbol.asyncDispose]();
      await Promise.all([api.close(patience_ms), metrics.close(Math.min(SCRAPE_MS, patience_ms))]);
    },
  };
}
