/**
 * Servers in the place of those that this rehearsal does without.
 *
 * @module
 */

/** A server that listens until it is stopped. */
export interface StoppableServer extends AsyncDisposable {
  readonly url: string;
  /** Nobody listens there any more. */
  stop(): Promise<void>;
}

/**
 * A provider of models that refuses the key, as a real one does when it has been revoked.
 *
 * Not one that is simply away: the nodes would leave that alone for ten seconds at a time, which is
 * short for Prometheus and long for one whose time runs faster.
 */
export function startRefusingProvider(): StoppableServer {
  const error = { message: "Incorrect API key provided", code: "invalid_api_key" };
  return serve(() => Response.json({ error }, { status: 401 }));
}

/** What Prometheus scrapes of Qdrant, and nothing else of it. */
export function startScrapedQdrant(): StoppableServer {
  return serve(({ url }) =>
    new URL(url).pathname === "/metrics"
      ? new Response("# TYPE app_info gauge\napp_info 1\n", {
        headers: { "Content-Type": "text/plain; version=0.0.4" },
      })
      : new Response(null, { status: 503 })
  );
}

function serve(handler: (request: Request) => Response): StoppableServer {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  const stop = () => server.shutdown();
  return { url: `http://127.0.0.1:${server.addr.port}`, stop, [Symbol.asyncDispose]: stop };
}
