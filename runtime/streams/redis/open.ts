/**
 * All streams of one node on Redis 7.
 *
 * Four connections at most: one that writes, one that follows live events and answers, one that reads
 * the mailboxes, and, on the one node that has it, one that reads the ingress.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type { Poster } from "../../engine/port.ts";
import type { Limits } from "../../limits.ts";
import type { Logger, Metrics } from "../../telemetry/port.ts";
import type { Streams } from "../port.ts";
import { RedisAnswers } from "./answers.ts";
import { RedisEgress } from "./egress.ts";
import { Followers } from "./followers.ts";
import { IngressRun } from "./ingress.ts";
import { NAMESPACE, redisKeys } from "./keys.ts";
import { Link } from "./link.ts";
import { RedisLiveEvents } from "./live.ts";
import { RedisMailboxes } from "./mailboxes.ts";
import { Outlet } from "./outlet.ts";
import { openReads } from "./reads.ts";
import { parseRedisUrl } from "./url.ts";

/** What the streams need. */
export interface RedisStreamsOptions {
  /** See `url.ts`. */
  readonly url: string;
  /** This node's id. */
  readonly node: string;
  /** The journal's id. In a Redis where another one works, nothing is read or written. */
  readonly journal: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "errorsTotal">;
  readonly limits: Pick<
    Limits,
    "live_entries" | "live_idle_ms" | "message_bytes" | "request_bytes"
  >;
  /** The first part of every key; `synapse` unless given. */
  readonly namespace?: string;
}

/** The streams, and what only these have. */
export interface RedisStreams extends Streams {
  /**
   * Brings what others add to the ingress to its sessions, until the signal aborts. One node of all may
   * do so at a time: the owner of partition 0. Never rejects.
   */
  ingest(engine: Poster, signal: AbortSignal): Promise<void>;
}

/**
 * Opens them. Redis may be away, now or later: then nothing is carried, and it goes on when Redis is
 * back.
 *
 * @throws {SynapseError} `config_invalid` if the URL cannot be read
 */
export function openRedisStreams(options: RedisStreamsOptions): Promise<RedisStreams> {
  return Promise.resolve(open(options));
}

function open({ url, namespace = NAMESPACE, ...world }: RedisStreamsOptions): RedisStreams {
  const target = parseRedisUrl(url);
  const { clock, metrics } = world;
  const keys = redisKeys(namespace);
  const link = new Link({ ...world, target, keys });
  const outlet = new Outlet({ link, clock, metrics });
  const parts = { ...world, keys, link, outlet };
  const followers = new Followers({ ...parts, reads: openReads(link, clock) });
  const live = new RedisLiveEvents({ ...parts, followers });
  const mailboxes = new RedisMailboxes({ ...parts, reads: openReads(link, clock) });
  const trouble = () => link.trouble() ?? mailboxes.fault ?? followers.fault;
  const closed = new AbortController();
  const ingests = new Set<Promise<void>>();
  return {
    live,
    mailboxes,
    answers: new RedisAnswers({ ...parts, followers }),
    egress: new RedisEgress(parts),
    carries: () => trouble() === null,
    trouble,
    carrier: `Redis at ${target.label}`,
    ingest(engine, signal) {
      const ending = AbortSignal.any([signal, closed.signal]);
      const ingress = { ...parts, openReads: () => openReads(link, clock) };
      const run = new IngressRun(ingress, engine, ending).run()
        .finally(() => ingests.delete(run));
      ingests.add(run);
      return run;
    },
    async [Symbol.asyncDispose]() {
      closed.abort();
      await Promise.all([live.close(), mailboxes.close(), ...ingests]);
      await outlet.settle();
      await followers.close();
      await link.close();
    },
  };
}
