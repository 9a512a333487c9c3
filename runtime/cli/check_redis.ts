/**
 * Looks at the Redis that carries the streams, without changing it.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { readRedisFacts, type RedisFacts, type RedisPlace } from "../compose/redis.ts";
import { fault, type Finding, ok, warning } from "./finding.ts";

/** The oldest server that is supported. */
const MAJOR_MIN = 7;

/** Whether Redis can be reached, is new enough, and keeps what it is given. */
export async function checkRedis(place: RedisPlace, clock: Clock): Promise<Finding[]> {
  return redisFindings(await readRedisFacts(place, clock));
}

/** What there is to say of a Redis. */
export function redisFindings(facts: RedisFacts): Finding[] {
  const check = "streams";
  if (!facts.reached) {
    return [fault(check, `${facts.label} cannot be used: ${facts.reason}`, mendOf(facts.reason))];
  }
  const { label, version, maxmemory_policy, write_fault } = facts;
  if (write_fault !== null) {
    return [fault(check, `${label} takes no writes: ${write_fault}`, mendOf(write_fault))];
  }
  const detail = `Redis ${version} at ${label} answers`;
  const server = Number.parseInt(version) >= MAJOR_MIN
    ? ok(check, detail)
    : fault(check, `${detail}; wanted ${MAJOR_MIN} or newer`, "Upgrade the server");
  return maxmemory_policy === null ? [server] : [server, memoryFinding(maxmemory_policy)];
}

/** What to do, by the first part of the server's or the client's words that is known. */
const MENDS: readonly (readonly [RegExp, string])[] = [
  [/NOAUTH|WRONGPASS/, "Correct user and password in REDIS_URL"],
  [
    /NOPERM.*'select'/,
    "Give its user the right to select (ACL SETUSER … +select), or name no database in REDIS_URL",
  ],
  [/NOPERM/, "Give its user the rights that docs/redis.md lists"],
  [
    /DB index|SELECT is not allowed/,
    "Name a database that the server has: `databases` in redis.conf says how many, 16 unless set; " +
    "in Redis Cluster there is only one",
  ],
  [/READONLY/, "Name the master in REDIS_URL, or the Sentinels that know it: this is a replica"],
  [/OOM/, "Give Redis more memory, or look into who fills it"],
  [/MISCONF/, "Look into the log of Redis: it cannot save, and so takes no writes"],
];

function mendOf(reason: string): string {
  return MENDS.find(([words]) => words.test(reason))?.[1] ??
    "Start Redis, or correct REDIS_URL. Without it nothing is lost, but sessions are slower";
}

/** With any other policy a full server throws away streams, among them what it should hand on. */
function memoryFinding(policy: string): Finding {
  const check = "streams' memory";
  const detail = `maxmemory-policy is ${policy}`;
  if (policy === "noeviction") return ok(check, detail);
  const mend = "CONFIG SET maxmemory-policy noeviction, and the same in redis.conf; " +
    "else a full server forgets entries of the ingress and the egress";
  return warning(check, detail, mend);
}
