import assert from "node:assert/strict";
import { eventsOf, openSession, payloads, untilStatus } from "../session_calls.ts";
import { Cluster, eventually } from "./cluster.ts";
import { redisCli, redisPipe } from "./redis_cli.ts";

const SESSIONS = Array.from({ length: 10 }, (_, i) => `outside-${i}`);

/** Good entries of each session; fewer than may wait behind its running turn. */
const EACH = 89;

/** What a consumer of the egress is told of an event, as its fields. */
type Entry = readonly [id: string, fields: readonly string[]];

Deno.test("outsiders send messages and follow events with nothing but redis-cli", async () => {
  await using cluster = await Cluster.start();
  const { redis } = cluster;
  await redisCli(redis, "XGROUP", "CREATE", "synapse:egress", "outsider", "0", "MKSTREAM");
  for (const [i, session] of SESSIONS.entries()) {
    await openSession(cluster.member(i).client, session);
  }
  const good = Array.from({ length: EACH * SESSIONS.length }, (_, i) => goodEntry(i));
  const repeated = good.filter((_, i) => i % 8 === 3).slice(0, 100);
  const all = [...good, ...repeated, ...BAD_ENTRIES];
  assert.equal(all.length, 1000);
  await redisPipe(redis, shuffledAfter(all).map((fields) => addition(fields)));

  await eventually("the ingress is empty", async () => {
    return await redisCli<number>(redis, "XLEN", "synapse:ingress") === 0 || null;
  });
  for (const session of SESSIONS) await untilStatus(cluster.member(0).client, session, "idle");
  await assertHandledOnce(cluster);
  await assertBuried(cluster);
  await assertFollowed(cluster);
});

/** The entry with that number: the sessions take turns. */
function goodEntry(i: number): Readonly<Record<string, string>> {
  return {
    id: `entry-${i}`,
    session: SESSIONS[i % SESSIONS.length] as string,
    type: "message.send",
    payload: JSON.stringify({ content: contentOf(i) }),
  };
}

function contentOf(i: number): string {
  return `entry ${i}`;
}

/** Each wrong in its own way, with what the reason must name. */
const WRONG: readonly (readonly [reason: RegExp, fields: Readonly<Record<string, string>>])[] = [
  [/entry\.id/, { id: "" }],
  [/entry\.id/, { id: "white space" }],
  [/entry\.session/, { session: "" }],
  [/entry\.session/, { session: "no such/form" }],
  [/does not exist/, { session: "nobody" }],
  [/entry\.type/, { type: "message.shout" }],
  [/payload: Is not JSON/, { payload: "{" }],
  [/payload\.content/, { payload: "{}" }],
  [/payload\.content/, { payload: '{"content":7}' }],
  [/entry.*color/, { color: "red" }],
];

const BAD_ENTRIES = WRONG.map(([, fields], i) => ({ ...goodEntry(0), id: `bad-${i}`, ...fields }));

/** Puts the entries that come last in the middle of the others, whose order stays. */
function shuffledAfter<Item>(items: readonly Item[]): Item[] {
  const [first, last] = [items.slice(0, 890), items.slice(890)];
  return last.reduce((mixed, item, i) => mixed.toSpliced(400 + i * 5, 0, item), [...first]);
}

function addition(fields: Readonly<Record<string, string>>): string[] {
  return ["XADD", "synapse:ingress", "*", ...Object.entries(fields).flat()];
}

async function assertHandledOnce(cluster: Cluster): Promise<void> {
  for (const [s, session] of SESSIONS.entries()) {
    const events = await eventsOf(cluster.member(s).client, session);
    const received = payloads<{ content: string }>(events, "message.received");
    assert.deepEqual(
      received.map(({ content }) => content),
      Array.from({ length: EACH }, (_, n) => contentOf(n * SESSIONS.length + s)),
      `${session}: each once, in order`,
    );
  }
}

async function assertBuried({ redis }: Cluster): Promise<void> {
  const dead = await redisCli<Entry[]>(redis, "XRANGE", "synapse:ingress:dead", "-", "+");
  const reasons = dead.map(([, fields]) => Object.fromEntries(pairs(fields)).reason ?? "");
  assert.equal(dead.length, WRONG.length, reasons.join("\n"));
  for (const [reason] of WRONG) {
    assert.ok(reasons.some((said) => reason.test(said)), `${reason} in\n${reasons.join("\n")}`);
  }
}

async function assertFollowed(cluster: Cluster): Promise<void> {
  const wanted = new Map<string, number[]>();
  for (const session of SESSIONS) {
    const events = await eventsOf(cluster.member(0).client, session);
    wanted.set(session, events.map(({ seq }) => seq));
  }
  const seen = new Map<string, number[]>();
  await eventually("the consumer has seen every event", async () => {
    const found = await redisCli<Readonly<Record<string, Entry[]>> | null>(
      cluster.redis,
      ...["XREADGROUP", "GROUP", "outsider", "c1", "COUNT", "1000", "NOACK"],
      ...["STREAMS", "synapse:egress", ">"],
    );
    for (const [, fields] of found?.["synapse:egress"] ?? []) {
      const { session, seq } = Object.fromEntries(pairs(fields));
      seen.set(session ?? "", [...seen.get(session ?? "") ?? [], Number(seq)]);
    }
    return total(seen) >= total(wanted) || null;
  });
  const sorted = (map: ReadonlyMap<string, number[]>) => [...map].sort();
  assert.deepEqual(sorted(seen), sorted(wanted), "each once, in order");
  console.log(`${total(seen)} events followed through ${SESSIONS.length} sessions`);
}

function total(events: ReadonlyMap<string, readonly number[]>): number {
  return [...events.values()].reduce((sum, seqs) => sum + seqs.length, 0);
}

/** Fields and values, which Redis lists one after the other. */
function pairs(fields: readonly string[]): [string, string][] {
  return Array.from(
    { length: fields.length / 2 },
    (_, i) => [fields[2 * i] as string, fields[2 * i + 1] as string],
  );
}
