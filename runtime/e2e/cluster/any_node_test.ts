import assert from "node:assert/strict";
import type { ApiNodeList, ApiReady, ApiSession } from "../../cli/api_types.ts";
import { apiPath } from "../../cli/client.ts";
import { CommandLine } from "../command_line.ts";
import { ledgerOf, ledgerSkill } from "../ledger.ts";
import {
  ask,
  decide,
  eventsOf,
  openSession,
  payloads,
  question,
  send,
  untilStatus,
} from "../session_calls.ts";
import { Watcher } from "../watcher.ts";
import { belongsTo, Cluster, eventually, PARTITIONS, sessionsOf } from "./cluster.ts";
import type { Member } from "./member.ts";

/** Who does what: a session's owner and two who are not. */
interface Cast {
  readonly cluster: Cluster;
  readonly owner: Member;
  readonly second: Member;
  readonly third: Member;
  readonly session: string;
}

const RISKY = "risky";

Deno.test("any node serves any request", async (t) => {
  await using cluster = await Cluster.start({
    skills: (root) => ({
      "risky.ts": ledgerSkill(root, { name: RISKY, idempotent: false, risk: 5 }),
    }),
  });
  const [owner, second, third] = [cluster.member(0), cluster.member(1), cluster.member(2)];
  const sessions = sessionsOf(owner, cluster.members, { prefix: "any", count: SCENES.length });
  for (const [i, [name, scene]] of SCENES.entries()) {
    const session = sessions[i] as string;
    await t.step(name, () => scene({ cluster, owner, second, third, session }));
  }
});

const SCENES: readonly (readonly [string, (cast: Cast) => Promise<void>])[] = [
  ["a session opened at one node is there at once at the others", opened],
  ["?wait through a node that is not the owner brings the reply", waited],
  ["an event stream goes on at a third node and misses and repeats nothing", streamed],
  ["an approval is decided at any node", approved],
  ["a turn is cancelled at any node", cancelled],
  ["a request that comes to all nodes at once is done once", repeated],
  ["a session delegates to sessions on other nodes", delegated],
  ["an event stream misses no event when Redis loses all its data", flushed],
  ["a drained node holds nothing and serves", drained],
];

async function opened({ second, third, owner, session }: Cast): Promise<void> {
  await openSession(second.client, session);
  for (const { client } of [third, owner, second]) {
    const found = await client.get<ApiSession>(apiPath("sessions", session));
    assert.equal(found.status, "idle");
    const { items } = await client.list<ApiSession>(apiPath("sessions"));
    assert.ok(items.some(({ id }) => id === session));
  }
}

async function waited({ second, third, session }: Cast): Promise<void> {
  await openSession(second.client, session);
  for (const [i, { client }] of [second, third, second].entries()) {
    assert.match(await ask(client, session, `question ${i}`), new RegExp(`question ${i}$`));
  }
}

async function streamed({ second, third, owner, session }: Cast): Promise<void> {
  await openSession(owner.client, session);
  const [watcher, count] = [new Watcher(), 120];
  const first = watcher.watch(second.url, session, ({ pieces }) => pieces >= 40);
  await send(third.client, session, `/tokens ${count}\n/slow 10`);
  assert.equal(await first, false, "the connection was cut in the middle of the answer");
  assert.ok(watcher.pieces < count, `${watcher.pieces} pieces had come`);
  assert.equal(await watcher.watch(third.url, session), true);

  const [answer] = watcher.answers;
  assert.equal(answer?.pieces, answer?.text);
  assert.equal(answer?.text, Array.from({ length: count }, (_, i) => i + 1).join(" "));
  assert.deepEqual([watcher.resets, watcher.pieces], [0, count], "each piece came once");
  assert.deepEqual(watcher.events, await eventsOf(owner.client, session));
}

async function approved({ cluster, second, third, session }: Cast): Promise<void> {
  await openSession(second.client, session);
  const asked = await send(second.client, session, `/call ${RISKY} {"text":"a"}`, {
    query: { wait: "30s" },
  });
  assert.ok("status" in asked && asked.status === "waiting", JSON.stringify(asked));
  const approval = await question(third.client, session);
  await decide(third.client, approval, { decision: "approve" });
  await untilStatus(second.client, session, "idle");
  const events = await eventsOf(second.client, session);
  assert.deepEqual(
    payloads<{ output: string }>(events, "skill.completed").map(({ output }) => output),
    ["risky did a"],
  );
  assert.equal((await ledgerOf(cluster.site.root, RISKY)).length, 1);
}

async function cancelled({ second, third, session }: Cast): Promise<void> {
  await openSession(second.client, session);
  await send(second.client, session, "/tokens 1000\n/slow 50");
  await untilStatus(third.client, session, "running");
  await third.client.post(apiPath("sessions", session, "cancel"), {});
  await untilStatus(second.client, session, "idle");
  const types = (await eventsOf(second.client, session)).map(({ type }) => type);
  assert.deepEqual(types.slice(-1), ["turn.cancelled"]);
}

async function repeated({ cluster, second, session }: Cast): Promise<void> {
  const opened = await Promise.allSettled(
    cluster.members.map(({ id, client }) => openSession(client, session, `open-at-${id}`)),
  );
  const refused = opened.filter(({ status }) => status === "rejected");
  assert.equal(refused.length, cluster.members.length - 1, "it was opened once");
  for (const { reason } of refused as PromiseRejectedResult[]) {
    assert.equal(reason.code, "session_exists");
  }
  const answers = await Promise.all(
    cluster.members.map(({ client }) => send(client, session, "once", { key: "the-same" })),
  );
  assert.equal(new Set(answers.map(({ id }) => id)).size, 1);
  await untilStatus(second.client, session, "idle");
  const received = payloads<{ message_id: string }>(
    await eventsOf(second.client, session),
    "message.received",
  );
  assert.deepEqual(received.map(({ message_id }) => message_id), [answers[0]?.id]);
}

async function delegated({ cluster, owner, second, third, session }: Cast): Promise<void> {
  await openSession(second.client, session);
  const tasks = Array.from({ length: 6 }, (_, i) => `/call delegate {"task":"/say child ${i}"}`);
  const reply = await ask(third.client, session, tasks.join("\n"));
  for (const i of tasks.keys()) assert.match(reply, new RegExp(`returned: child ${i}`));
  const spawned = payloads<{ child_id: string }>(
    await eventsOf(second.client, session),
    "child.spawned",
  );
  const away = spawned.filter(({ child_id }) => !belongsTo(child_id, owner, cluster.members));
  assert.equal(spawned.length, tasks.length);
  assert.ok(away.length > 0, "some of them live on other nodes");
}

async function flushed({ cluster, owner, second, third, session }: Cast): Promise<void> {
  await openSession(owner.client, session);
  const watcher = new Watcher();
  const watching = watcher.watch(second.url, session);
  await send(third.client, session, "/tokens 60\n/slow 20");
  await eventually("pieces come", () => Promise.resolve(watcher.pieces > 10 || null));
  await cluster.redis.flushAll();
  assert.equal(await watching, true, "the turn ended before the stream did");
  const events = await eventsOf(third.client, session);
  assert.deepEqual(watcher.events, events);
  const [answer] = watcher.answers;
  assert.ok(answer?.text.startsWith(answer.pieces), "what came is a beginning of the answer");
}

async function drained({ cluster, owner, second, third, session }: Cast): Promise<void> {
  const line = new CommandLine(cluster.site, second.process);
  const nodes = async () => (await line.json<ApiNodeList>("nodes", "ls")).items;
  const held = (await nodes()).map(({ id, status, partitions }) => ({ id, status, partitions }));
  assert.deepEqual(held.map(({ id }) => id), ["n1", "n2", "n3"]);
  assert.ok(held.every(({ status, partitions }) => status === "active" && partitions > 0));

  await line.text("nodes", "drain", owner.id);
  await cluster.settled([second, third]);
  const now = await eventually("it says that it holds nothing", async () => {
    const found = await nodes();
    return found.find(({ id }) => id === owner.id)?.partitions === 0 ? found : null;
  });
  assert.equal(now.find(({ id }) => id === owner.id)?.status, "draining");
  const others = now.filter(({ id }) => id !== owner.id);
  await eventually("the others say that they hold all", async () => {
    const found = (await nodes()).filter(({ id }) => others.some((other) => other.id === id));
    return found.reduce((sum, { partitions }) => sum + partitions, 0) === PARTITIONS || null;
  });

  const response = await fetch(`${owner.url}/ready`);
  const report: ApiReady = await response.json();
  assert.deepEqual([response.status, report.status], [503, "not_ready"]);
  await openSession(owner.client, session);
  assert.match(await ask(owner.client, session, "still there?"), /still there\?/);
}
