/**
 * Test support: nodes on a real Redis, under names of their own.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { systemClock } from "../../clock.ts";
import { systemEntropy } from "../../entropy.ts";
import { DEFAULT_LIMITS } from "../../limits.ts";
import { silentLogger, silentMetrics } from "../../telemetry/silent.ts";
import { closeClient } from "./client.ts";
import { type RedisKeys, redisKeys } from "./keys.ts";
import { openRedisStreams, type RedisStreams, type RedisStreamsOptions } from "./open.ts";

/** Milliseconds that a test waits for what must come; far more than it takes. */
const PATIENCE_MS = 20_000;

/** The Redis that the tests share. */
export function sharedRedisUrl(): string {
  const url = Deno.env.get("TEST_REDIS_URL");
  assert.ok(url, "TEST_REDIS_URL is not set: `deno task test` sets it");
  return url;
}

/** Waits until a condition holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = systemClock.monotonic() + PATIENCE_MS;
  while (!await holds()) {
    assert.ok(systemClock.monotonic() < end, `Waited in vain until ${what}`);
    await systemClock.sleep(5);
  }
}

/** Nodes of one test, and a client beside them. */
export class TestRedis implements AsyncDisposable {
  readonly namespace = systemEntropy.id("test");
  readonly keys: RedisKeys = redisKeys(this.namespace);
  readonly url: string;
  readonly #nodes: RedisStreams[] = [];
  #client: Redis | null = null;

  constructor(url: string = sharedRedisUrl()) {
    this.url = url;
  }

  /** A client as others use it. */
  get client(): Redis {
    if (this.#client) return this.#client;
    this.#client = new Redis(this.url, { disconnectTimeout: 20 });
    // Tests take the server away.
    this.#client.on("error", () => {});
    return this.#client;
  }

  /** A node, whether Redis is there or not. */
  async open(options: Partial<RedisStreamsOptions> = {}): Promise<RedisStreams> {
    const streams = await openRedisStreams({
      url: this.url,
      node: "node_1",
      journal: "jrn_test",
      clock: systemClock,
      log: silentLogger,
      metrics: silentMetrics,
      limits: DEFAULT_LIMITS,
      namespace: this.namespace,
      ...options,
    });
    this.#nodes.push(streams);
    return streams;
  }

  /** A node that has reached Redis. */
  async connect(options: Partial<RedisStreamsOptions> = {}): Promise<RedisStreams> {
    const streams = await this.open(options);
    await until("Redis is reached", () => streams.carries());
    return streams;
  }

  /** Fields of a stream's entries, oldest first. */
  async entries(key: string): Promise<Record<string, string>[]> {
    const entries = await this.client.xrange(key, "-", "+");
    return entries.map(([, flat]) => {
      const fields: Record<string, string> = {};
      for (let i = 0; i < flat.length; i += 2) fields[flat[i]!] = flat[i + 1]!;
      return fields;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node[Symbol.asyncDispose]()));
    if (this.#client) await closeClient(this.#client, systemClock);
  }

  /** Removes all that the test left. */
  async clear(): Promise<void> {
    const keys = await this.client.keys(`${this.namespace}:*`);
    if (keys.length > 0) await this.client.del(keys);
  }
}
