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

/** What is known of the journal whose nodes are to work on a Redis. */
export type KnownJournal = { readonly id: string | null } | null;

/**
 * Whether Redis can be reached, is new enough, keeps what it is given, and is this Synapse's.
 *
 * @param journal its id, null of a journal that is still to be made; null where it cannot be read
 */
export async function checkRedis(
  place: RedisPlace,
  clock: Clock,
  journal: KnownJournal,
): Promise<Finding[]> {
  return redisFindings(await readRedisFacts(place, clock), journal);
}

/** What there is to say of a Redis. */
export function redisFindings(facts: RedisFacts, journal: KnownJournal): Finding[] {
  const check = "streams";
  if (!facts.reached) {
    return [fault(check, `${facts.label} cannot be used: ${facts.reason}`, mendOf(facts.reason))];
  }
  const { label, version, maxmemory_policy, write_fault, owner } = facts;
  if (write_fault !== null) {
    return [fault(check, `${label} takes no writes: ${write_fault}`, mendOf(write_fault))];
  }
  const detail = `Redis ${version} at ${label} answers`;
  const server = Number.parseInt(version) >= MAJOR_MIN
    ? ok(check, detail)
    : fault(check, `${detail}; wanted ${MAJOR_MIN} or newer`, "Upgrade the server");
  return [
    server,
    ...maxmemory_policy === null ? [] : [memoryFinding(maxmemory_policy)],
    ...journal === null ? [] : [ownerFinding(owner, journal.id)],
  ];
}

/** Whose Redis it is, by the id of a journal that nodes leave there. */
function ownerFinding(
  { key, journal: found }: { readonly key: string; readonly journal: string | null },
  own: string | null,
): Finding {
  const check = "streams' journal";
  if (found === null) {
    return ok(check, `No ${key} yet: the first node leaves its journal's id there`);
  }
  if (found === own) return ok(check, `${key} names this journal, ${own}`);
  const mend = "Give this Synapse a database of its own (REDIS_URL=redis://…/1), or a namespace " +
    `(redis.namespace). If no node of that other journal will come back: redis-cli DEL ${key}`;
  const detail = `Redis belongs to another Synapse: ${key} is ${found}, ` +
    `the configured journal ${own === null ? "is still to be made" : `is ${own}`}`;
  return fault(check, detail, mend);
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
