/**
 * A Redis of a test's own.
 *
 * @module
 */
import { deathSignalPrefix } from "./death_signal.ts";
import { freePort } from "./free_port.ts";
import { redisArguments, type RedisSettings, redisUrl } from "./redis_arguments.ts";
import { describeMissing, REDIS } from "./requirements.ts";
import { search, thisMachine } from "./search.ts";
import { Server } from "./server.ts";
import { makeServerFolder } from "./server_folder.ts";
import { ServiceError } from "./service_error.ts";
import { tcpExchange } from "./tcp_exchange.ts";

/** How a Redis is started. */
export interface RedisOptions {
  /** Of `redis.conf`, besides those for tests. */
  readonly settings?: RedisSettings;
}

/** One Redis. */
export class RedisServer extends Server {
  /**
   * Loses all its data, and goes on.
   *
   * @throws ServiceError when it does not answer
   */
  async flushAll(): Promise<void> {
    const answer = await redisCommand(this.port, "FLUSHALL");
    if (answer === "+OK") return;
    throw new ServiceError(`Cannot flush Redis: it answered ${answer ?? "nothing"}, wanted +OK`);
  }
}

/**
 * Starts an empty Redis on loopback that keeps nothing on disk. `await using` stops it.
 *
 * Needs permission to run programs, to write to the temporary folder and to use the network.
 *
 * @throws ServiceError when it is not installed or does not start
 */
export async function startRedis({ settings }: RedisOptions = {}): Promise<RedisServer> {
  const found = await search(REDIS, thisMachine());
  if (found.folder === null) throw new ServiceError(describeMissing(found));
  const place = await makeServerFolder(REDIS.service);
  const port = freePort();
  const server = new RedisServer({
    ...place,
    service: REDIS.service,
    port,
    url: redisUrl(port),
    command: [
      ...await deathSignalPrefix("SIGTERM"),
      `${found.folder}/redis-server`,
      ...redisArguments({ folder: place.folder, port }, settings),
    ],
    stopSignal: "SIGTERM",
    isReady: () => redisReady(port),
  });
  await using undo = new AsyncDisposableStack();
  undo.use(server);
  await server.start();
  undo.move();
  return server;
}

/** Whether a Redis takes commands. */
export async function redisReady(port: number): Promise<boolean> {
  return await redisCommand(port, "PING") === "+PONG";
}

/** The first line that Redis answers; null when it does not. */
async function redisCommand(port: number, command: string): Promise<string | null> {
  const answer = await tcpExchange(port, new TextEncoder().encode(`${command}\r\n`));
  return answer === null ? null : new TextDecoder().decode(answer).split("\r\n")[0] ?? null;
}
