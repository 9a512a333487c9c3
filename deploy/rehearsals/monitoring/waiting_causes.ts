/**
 * What waits for people.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../../runtime/clock.ts";
import { openJournal } from "../../../runtime/compose/open_journal.ts";
import { PARTITIONS } from "../../../runtime/e2e/cluster/cluster.ts";
import { decide, question, send } from "../../../runtime/e2e/session_calls.ts";
import { partitionOf } from "../../../runtime/engine/placement.ts";
import { silentLogger } from "../../../runtime/telemetry/silent.ts";
import type { Cause } from "./cause.ts";
import { openSessions, RISKY_SKILL, type Stage } from "./stage.ts";

/** They take two minutes to fire: they begin first, and are awaited late. */
export const PATIENT_CAUSES: readonly Cause[] = [
  {
    what: "A skill call waits for a person",
    alerts: [{ name: "ApprovalsWaiting" }],
    endless: null,
    async begin(stage) {
      const [owner] = stage.members;
      const [id = ""] = await openSessions(stage, { owner, prefix: "risky", count: 1 });
      await send(owner.client, id, `/call ${RISKY_SKILL} {"text":"100"}`);
      const asked = await question(owner.client, id);
      return async () => {
        await decide(owner.client, asked, { decision: "deny", reason: "The rehearsal is over" });
      };
    },
  },
  {
    // That the newest one is older than 26 hours is not for a rehearsal; the rules' tests have it.
    what: "No backup has been made (and then one by synapse backup)",
    alerts: [{ name: "BackupTooOld" }],
    endless: null,
    begin: ({ site, members: [node] }) =>
      Promise.resolve(async () => {
        const args = ["backup", "--to", `${site.root}/backups`];
        const { code, stderr } = await site.run(args, { env: node.env });
        assert.equal(code, 0, stderr);
      }),
  },
];

/** A node of a newer version leaves a command that this one cannot read. */
export const DEAD_LETTER: Cause = {
  what: "A command of a newer program stands in a mailbox, and cannot be read",
  alerts: [{ name: "DeadLetters" }],
  endless: "only a newer program, or a person, settles it",
  async begin(stage) {
    const [owner, other] = stage.members;
    const [id = ""] = await openSessions(stage, { owner, prefix: "poisoned", count: 1 });
    await leaveUnreadable(stage, id);
    // Whoever handles this finds the other one before it.
    await send(other.client, id, "hello");
    return () => Promise.resolve();
  },
};

async function leaveUnreadable({ postgres }: Stage, id: string): Promise<void> {
  const journal = {
    kind: "postgres",
    url: postgres.url,
    partitions: PARTITIONS,
    synchronous: "full",
  } as const;
  const opened = await openJournal({ journal }, { clock: systemClock, log: silentLogger });
  const address = { tenant: "default", type: "session", id } as const;
  const row = {
    address,
    partition: partitionOf(address, opened.partition_count),
    id: "cmd_of_tomorrow",
    command: { type: "message.translate", to: "eo" },
    sender: "api",
    digest: "",
    request_id: null,
  };
  assert.deepEqual(await opened.accept([row]), ["accepted"]);
  await opened.close();
}
