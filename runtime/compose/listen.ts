/**
 * The two sockets of a node: the API's and the metrics'.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { HttpListener } from "../edge/http_listener.ts";
import type { Edge } from "../edge/server.ts";
import type { Logger } from "../telemetry/port.ts";

/** How long a stopping node waits for whoever reads its metrics, in milliseconds: they will ask again. */
const SCRAPE_MS = 200;

/** Two open sockets. */
export interface Servers {
  readonly api_url: string;
  readonly metrics_url: string;
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
  const api = await HttpListener.open({
    hostname,
    port,
    fetch: (request) => edge.api.fetch(request),
    clock,
  });
  let metrics: HttpListener;
  try {
    metrics = await HttpListener.open({
      hostname,
      port: metrics_port,
      fetch: (request) => edge.metrics.fetch(request),
      clock,
    });
  } catch (error) {
    await api.close(0);
    throw error;
  }
  const [api_url, metrics_url] = [api.url, metrics.url];
  log.info({ api_url, metrics_url }, "Node serves");
  return {
    api_url,
    metrics_url,
    retire: () => {
      api.retire();
      metrics.retire();
    },
    close: async (patience_ms) => {
      await Promise.all([api.close(patience_ms), metrics.close(Math.min(SCRAPE_MS, patience_ms))]);
    },
  };
}
