import assert from "node:assert/strict";
import type { ApiReady } from "../../cli/api_types.ts";
import { systemClock } from "../../clock.ts";
import { ledgerSkill } from "../ledger.ts";
import { ask, eventsOf, openSession } from "../session_calls.ts";
import { Watcher } from "../watcher.ts";
import { Cluster, sessionsOf } from "./cluster.ts";
import { assertPromisesKept, conversation } from "./conversation.ts";
import { NOTE_SKILL } from "./history.ts";
import { RecordedClient } from "./recorded_client.ts";

const SESSIONS = Array.from({ length: 12 }, (_, i) => `dry-${i}`);

/** Nothing is to be tried again: all that is missing is speed. */
const HABITS = { pace_ms: 300, passing: [], answer_ms: 30_000 };

Deno.test("a cluster whose Redis is away does everything, and says what is missing", async () => {
  await using cluster = await Cluster.start({
    redisAway: true,
    skills: (root) => ({
      "note.ts": ledgerSkill(root, { name: NOTE_SKILL, idempotent: false }),
    }),
  });
  for (const { url } of cluster.members) {
    const response = await fetch(`${url}/ready`);
    const report: ApiReady = await response.json();
    assert.deepEqual([response.status, report.status], [200, "degraded"]);
    assert.equal(report.checks.streams?.status, "degraded");
    assert.match(report.checks.streams.detail ?? "", /Redis/i);
  }

  const [owner, other] = [cluster.member(0), cluster.member(1)];
  const [session] = sessionsOf(owner, cluster.members, { prefix: "asked", count: 1 });
  assert.ok(session);
  await openSession(other.client, session);
  const watcher = new Watcher();
  const watching = watcher.watch(other.url, session);
  assert.match(await ask(other.client, session, "hello"), /you said: hello/);
  assert.equal(await watching, true, "the stream tells of the turn");
  assert.deepEqual(watcher.events, await eventsOf(owner.client, session));

  const client = new RecordedClient(cluster.members, HABITS);
  const history = await conversation(cluster, client, SESSIONS, () => systemClock.sleep(5000));
  await assertPromisesKept(cluster, client, history);
  assert.equal(client.settled.size, 0);
});
