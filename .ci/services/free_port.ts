/**
 * Where a server may listen.
 *
 * @module
 */
import { ServiceError } from "./service_error.ts";

/**
 * Below the ports that systems hand out by themselves: while a server is down, no client's
 * connection can take its port, and none can meet itself there.
 */
const PORT_MIN = 15_000;
const PORT_COUNT = 15_000;
const TRIES_MAX = 100;

/**
 * A port on loopback on which nobody listens now.
 *
 * Needs permission to listen.
 */
export function freePort(): number {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = PORT_MIN + Math.floor(Math.random() * PORT_COUNT);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new ServiceError(`Cannot find a free port: tried ${TRIES_MAX} from ${PORT_MIN} up`);
}
