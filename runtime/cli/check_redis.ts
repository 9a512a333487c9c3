/**
 * Looks at the Redis that carries the streams, without changing it.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { readRedisFacts, type RedisFacts } from "../compose/redis.ts";
import { fault, type Finding, ok, warning } from "./finding.ts";

/** The oldest server that is supported. */
const MAJOR_MIN = 7;

/** Whether Redis can be reached, is new enough, and keeps what it is given. */
export async function checkRedis(url: string, clock: Clock): Promise<Finding[]> {
  return redisFindings(await readRedisFacts(url, clock));
}

/** What there is to say of a Redis. */
export function redisFindings(facts: RedisFacts): Finding[] {
  const check = "streams";
  if (!facts.reached) {
    const mend = /NOAUTH|WRONGPASS|NOPERM/.test(facts.reason)
      ? "Correct user and password in REDIS_URL"
      : "Start Redis, or correct REDIS_URL. Without it nothing is lost, but sessions are slower";
    return [fault(check, `${facts.label} cannot be used: ${facts.reason}`, mend)];
  }
  const { label, version, maxmemory_policy } = facts;
  const detail = `Redis ${version} at ${label} answers`;
  const server = Number.parseInt(version) >= MAJOR_MIN
    ? ok(check, detail)
    : fault(check, `${detail}; wanted ${MAJOR_MIN} or newer`, "Upgrade the server");
  return maxmemory_policy === null ? [server] : [server, memoryFinding(maxmemory_policy)];
}

/** With any other policy a full server throws away streams, among them what it should hand on. */
function memoryFinding(policy: string): Finding {
  const check = "streams' memory";
  const detail = `maxmemory-policy is ${policy}`;
  if (policy === "noeviction") return ok(check, detail);
  const mend = "CONFIG SET maxmemory-policy noeviction, and the same in redis.conf; " +
    "else a full server forgets entries of synapse:ingress and synapse:egress";
  return warning(check, detail, mend);
}
