/**
 * Clients of Redis, set up so that no command waits for a connection and none is sent twice.
 *
 * @module
 */
import { Cluster, Redis } from "ioredis";
import type { Clock } from "../../clock.ts";
import type { RedisHost, RedisTarget } from "./url.ts";

/** A server that says nothing for so long hangs, in milliseconds: the connection is made anew. */
const SILENCE_MS = 3000;

/** The longest pause between two attempts to connect, in milliseconds. */
const RETRY_MS_MAX = 1000;

/** How long the server may take to close its end of a connection, in milliseconds. */
const DISCONNECT_MS = 20;

/** How long a closing client may take, in milliseconds. */
const CLOSE_MS = 150;

/** How a client behaves. */
export interface ClientOptions {
  /** Whether the commands of one tick travel together. Not for commands that wait. */
  readonly pipelining: boolean;
}

/** Begins to connect. It goes on trying until it is closed. */
export function connectClient(target: RedisTarget, { pipelining }: ClientOptions): Redis | Cluster {
  const retryStrategy = (times: number) => Math.min(times * 50, RETRY_MS_MAX);
  const common = {
    ...(target.username === null ? {} : { username: target.username }),
    ...(target.password === null ? {} : { password: target.password }),
    ...(target.tls ? { tls: {} } : {}),
    // The replies of Redis 6 and later come in one shape only with the older protocol.
    protocol: 2 as const,
    connectTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    disconnectTimeout: DISCONNECT_MS,
    // Commands under way fail when the connection ends: whether they were done is not known.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // After a failover the old master is a replica.
    reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
  };
  if (target.kind === "cluster") {
    return new Cluster(target.nodes.map(copy), {
      redisOptions: common,
      enableOfflineQueue: false,
      enableAutoPipelining: pipelining,
      clusterRetryStrategy: retryStrategy,
    });
  }
  const where = target.kind === "single"
    ? copy(target.at)
    : { sentinels: target.sentinels.map(copy), name: target.master };
  return new Redis({
    ...common,
    ...where,
    ...(target.kind === "sentinel" && target.tls ? { enableTLSForSentinelMode: true } : {}),
    // Without the detector it stays with the old master until that has become a replica.
    ...(target.kind === "sentinel"
      ? { sentinelRetryStrategy: retryStrategy, failoverDetector: true }
      : {}),
    db: target.db,
    enableOfflineQueue: false,
    enableAutoPipelining: pipelining,
    retryStrategy,
  });
}

/** Ends a client and waits until nothing of it is left. */
export async function closeClient(client: Redis | Cluster, clock: Clock): Promise<void> {
  const open = !["wait", "reconnecting", "close", "end"].includes(client.status);
  const patience = new AbortController();
  client.once("end", () => patience.abort());
  client.disconnect();
  // One that has no connection says nothing more, but has a timer for the one it had.
  await clock.sleep(open ? CLOSE_MS : DISCONNECT_MS * 2, patience.signal);
}

function copy({ host, port }: RedisHost): { host: string; port: number } {
  return { host, port };
}
