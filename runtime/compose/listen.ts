/**
 * The two sockets of a node: the API's and the metrics'.
 *
 * @module
 */
import type { Config } from "../config.ts";
import type { Edge } from "../edge/server.ts";
import type { Logger } from "../telemetry/port.ts";

/** Two open sockets. */
export interface Servers {
  readonly api_url: string;
  readonly metrics_url: string;
  /** From now on each connection ends with its next answer. */
  retire(): void;
  /** Takes no more connections, and resolves when the requests under way have been answered. */
  close(): Promise<void>;
}

/**
 * Listens.
 *
 * @throws {Deno.errors.AddrInUse} if a port is taken; then neither is
 */
export function listen(
  { host, port, metrics_port }: Config["http"],
  edge: Edge,
  log: Logger,
): Servers {
  let retired = false;
  const api = serve(host, port, async (request) => {
    const response = await edge.api.fetch(request);
    if (retired) response.headers.set("connection", "close");
    return response;
  });
  let metrics: Deno.HttpServer<Deno.NetAddr>;
  try {
    metrics = serve(host, metrics_port, (request) => edge.metrics.fetch(request));
  } catch (error) {
    void api.shutdown();
    throw error;
  }
  const [api_url, metrics_url] = [urlOf(api), urlOf(metrics)];
  log.info({ api_url, metrics_url }, "Node serves");
  return {
    api_url,
    metrics_url,
    retire: () => void (retired = true),
    close: async () => {
      await Promise.all([api.shutdown(), metrics.shutdown()]);
    },
  };
}

function serve(
  hostname: string,
  port: number,
  handler: (request: Request) => Response | Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname, port, onListen: () => {} }, handler);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new Deno.errors.AddrInUse(`Port ${port} of ${hostname} is in use`, { cause: error });
  }
}

function urlOf({ addr: { hostname, port } }: Deno.HttpServer<Deno.NetAddr>): string {
  return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
