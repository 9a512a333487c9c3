import assert from "node:assert/strict";
import { systemClock } from "../../clock.ts";
import { ledgerSkill } from "../ledger.ts";
import { Cluster } from "./cluster.ts";
import { roundOfFaults } from "./faults.ts";
import { NOTE_SKILL } from "./history.ts";
import { assertPromisesKept, conversation } from "./conversation.ts";
import { PASSING, RecordedClient } from "./recorded_client.ts";

const SESSIONS = Array.from({ length: 64 }, (_, i) => `talk-${i}`);

const HABITS = { pace_ms: 1500, passing: PASSING, answer_ms: 3000 };

/** Faults go on for at least as long; one round of them takes some 20 seconds. */
const FAULTS_MS = Number(Deno.env.get("FAULTS_SECONDS") ?? 1) * 1000;

Deno.test("a cluster keeps every promise while its nodes, Redis and Postgres fail", async () => {
  await using cluster = await Cluster.start({
    skills: (root) => ({
      "note.ts": ledgerSkill(root, { name: NOTE_SKILL, idempotent: false }),
    }),
  });
  const client = new RecordedClient(cluster.members, HABITS);
  const end = systemClock.monotonic() + FAULTS_MS;
  let rounds = 0;
  const history = await conversation(cluster, client, SESSIONS, async () => {
    do await roundOfFaults(cluster, rounds++); while (systemClock.monotonic() < end);
  });

  console.log(`${rounds} rounds of faults`);
  await assertPromisesKept(cluster, client, history);
  assert.ok(client.sent.length > SESSIONS.length * 3, "the client was not kept from talking");
  assert.ok(history.runs.length > 0, "the world was touched");
});
