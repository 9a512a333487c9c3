/**
 * A short look into the configured Redis, besides the streams' own connections.
 *
 * @module
 */
import type { Cluster, Redis } from "ioredis";
import type { Clock } from "../clock.ts";
import { errorMessage } from "../errors.ts";
import { closeClient, connectClient } from "../streams/redis/client.ts";
import { selectDatabase } from "../streams/redis/greeting.ts";
import { redisKeys } from "../streams/redis/keys.ts";
import { parseRedisUrl } from "../streams/redis/url.ts";

/** How long the server may take to be ready, in milliseconds. */
const READY_MS = 5000;

/** Keys looked at in one step of a scan. */
const SCAN_KEYS = 1000;

/** Where a Synapse's keys are. */
export interface RedisPlace {
  /** With the password, if there is one. */
  readonly url: string;
  /** The first part of every key. */
  readonly namespace: string;
}

/** What a node needs to know of a Redis before it uses it. */
export type RedisFacts =
  | {
    readonly reached: true;
    /** For people: the address without the password. */
    readonly label: string;
    /** As the server writes it: `7.0.15`. */
    readonly version: string;
    /** What it does when its memory is full; null when it does not say. */
    readonly maxmemory_policy: string | null;
    /** The id of the journal whose nodes work here, null when none has left it yet; and its key. */
    readonly owner: { readonly key: string; readonly journal: string | null };
    /** Why it takes no writes of this user, as one of a replica; null when it does. */
    readonly write_fault: string | null;
  }
  | { readonly reached: false; readonly label: string; readonly reason: string };

/** Asks a Redis what a node needs to know. */
export async function readRedisFacts(
  { url, namespace }: RedisPlace,
  clock: Clock,
): Promise<RedisFacts> {
  const { label } = parseRedisUrl(url);
  const { journal: key } = redisKeys(namespace);
  const answer = await withRedis(url, clock, async (client) => {
    await client.ping();
    return {
      info: await client.info(),
      journal: await client.get(key),
      write_fault: await writeFault(client, namespace),
    };
  });
  if (!answer.reached) return { reached: false, label, reason: answer.reason };
  const field = (name: string) =>
    new RegExp(`^${name}:(.*?)\r?$`, "m").exec(answer.result.info)?.[1] ?? null;
  const version = field("redis_version") ?? "of an unknown version";
  return {
    reached: true,
    label,
    version,
    maxmemory_policy: field("maxmemory_policy"),
    owner: { key, journal: answer.result.journal },
    write_fault: answer.result.write_fault,
  };
}

/** Asks for a write that changes nothing: of a key that is never there, if it is there. */
async function writeFault(client: Redis | Cluster, namespace: string): Promise<string | null> {
  try {
    await client.set(`${namespace}:probe`, "", "XX");
    return null;
  } catch (error) {
    return errorMessage(error);
  }
}

/** Deletes every key of a namespace, if Redis is there: all of them may vanish at any time anyway. */
export async function forgetNamespace(
  { url, namespace }: RedisPlace,
  clock: Clock,
): Promise<void> {
  await withRedis(url, clock, async (client) => {
    for (const server of "nodes" in client ? client.nodes("master") : [client]) {
      const options = { match: `${namespace}:*`, count: SCAN_KEYS };
      for await (const keys of server.scanStream(options) as AsyncIterable<string[]>) {
        // One by one: keys of one command must be in one slot.
        await Promise.all(keys.map((key) => server.unlink(key)));
      }
    }
  });
}

type Outcome<Result> =
  | { readonly reached: true; readonly result: Result }
  | { readonly reached: false; readonly reason: string };

/** Lends a client that is ready, and ends it. */
async function withRedis<Result>(
  url: string,
  clock: Clock,
  work: (client: Redis | Cluster) => Promise<Result>,
): Promise<Outcome<Result>> {
  const target = parseRedisUrl(url);
  const client = connectClient(target, { pipelining: false });
  const [ready, done] = [Promise.withResolvers<boolean>(), new AbortController()];
  let reason = `no answer within ${READY_MS} ms`;
  client.once("ready", () => ready.resolve(true));
  client.on("error", (error: Error) => {
    reason = error.message || String("code" in error ? error.code : error.name);
    ready.resolve(false);
  });
  const late = clock.sleep(READY_MS, done.signal).then(() => false);
  try {
    if (!await Promise.race([ready.promise, late])) return { reached: false, reason };
    await selectDatabase(client, target.kind === "cluster" ? 0 : target.db);
    return { reached: true, result: await work(client) };
  } catch (error) {
    return { reached: false, reason: errorMessage(error) };
  } finally {
    done.abort();
    await late;
    await closeClient(client, clock);
  }
}
