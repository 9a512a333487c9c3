import assert from "node:assert/strict";
import { systemClock } from "../../clock.ts";
import { ask, eventsOf, openSession, payloads, send, untilStatus } from "../session_calls.ts";
import { Cluster, eventually, LEASE_MS, sessionsOf } from "./cluster.ts";
import type { Member } from "./member.ts";

const COUNT = 8;

/** What a busy machine may add to the second that follows a lease, in milliseconds. */
const MARGIN_MS = 6000;

const DROPPED = "Partitions were lost to another node; their actors are dropped";

Deno.test("the sessions of a killed or frozen owner go on elsewhere, and it does no harm when it wakes", async (t) => {
  await using cluster = await Cluster.start();
  await t.step("kill -9: they answer within the lease and a second", () => killed(cluster));
  await cluster.member(0).start();
  await cluster.settled();
  await t.step("SIGSTOP: its turns end elsewhere, and it drops them", () => frozen(cluster));
});

async function killed(cluster: Cluster): Promise<void> {
  const owner = cluster.member(0);
  const sessions = await openAt(owner, cluster, "killed");
  const begun = systemClock.monotonic();
  await owner.process.kill();
  const waited = await Promise.all(sessions.map(async (session, i) => {
    await ask(cluster.member(1 + i % 2).client, session, "are you there?");
    return systemClock.monotonic() - begun;
  }));
  const [first, last] = [Math.min(...waited), Math.max(...waited)].map(Math.round);
  console.log(
    `kill -9 of an owner: first answer after ${first} ms, last of ${COUNT} after ${last}`,
  );
  assert.ok(last! < LEASE_MS + 1000 + MARGIN_MS, `the last answer took ${last} ms`);
}

async function frozen(cluster: Cluster): Promise<void> {
  const [owner, reader] = [cluster.member(1), cluster.member(2)];
  const sessions = await openAt(owner, cluster, "frozen");
  const lostBefore = await owner.figure('synapse_lease_changes_total{change="lost"}');
  // A model call under way, whose result it will want to commit when it wakes.
  for (const session of sessions) await send(reader.client, session, "/tokens 20\n/slow 100");
  owner.pause();
  await cluster.settled(cluster.members.filter((member) => member !== owner));
  for (const session of sessions) await untilStatus(reader.client, session, "idle");
  const before = await Promise.all(sessions.map((one) => eventsOf(reader.client, one)));

  owner.resume();
  await eventually("it says that it lost them", () => {
    return Promise.resolve(owner.logged(DROPPED).length > 0 || null);
  });
  await cluster.settled();
  const lost = await owner.figure('synapse_lease_changes_total{change="lost"}') - lostBefore;
  const said = owner.logged(DROPPED).flatMap(({ partitions }) => partitions as number[]);
  console.log(`woken after its lease: ${lost} partitions lost`);
  assert.ok(lost > 0);
  assert.equal(lost, said.length);
  for (const [i, session] of sessions.entries()) {
    const events = await eventsOf(owner.client, session);
    assert.deepEqual(events, before[i], "nothing stale was committed");
    assert.deepEqual(
      payloads<{ text: string }>(events, "llm.completed").map(({ text }) => text),
      ["Demo model (no real one is configured): you said: hello", numbers(20)],
    );
    await ask(owner.client, session, "go on");
  }
  const audit = await cluster.site.run(["audit", "verify"], { node: owner.process });
  assert.equal(audit.code, 0, audit.stdout);
}

/** Opens sessions that belong to that node, with one turn each. */
async function openAt(owner: Member, cluster: Cluster, prefix: string): Promise<string[]> {
  const sessions = sessionsOf(owner, cluster.members, { prefix, count: COUNT });
  for (const session of sessions) {
    await openSession(owner.client, session);
    await ask(owner.client, session, "hello");
  }
  return sessions;
}

function numbers(count: number): string {
  return Array.from({ length: count }, (_, i) => i + 1).join(" ");
}
