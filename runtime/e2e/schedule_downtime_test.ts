import assert from "node:assert/strict";
import { schedule } from "../../actors/schedule/behavior.ts";
import type { AnyBehavior } from "../engine/step.ts";
import { sessionAddress, startTestNode } from "../engine/test_node.ts";
import { ManualClock } from "../manual_clock.ts";
import { systemClock } from "../clock.ts";

const HOUR = 3_600_000;

/** The middle of an hour. */
const START = Date.parse("2026-01-01T00:30:00Z");

const SCHEDULE = { tenant: "default", type: "schedule", id: "sch_1" };

const DIARY = sessionAddress("diary");

const CREATE = {
  type: "schedule.create",
  target: { session: "diary" },
  content: "Report",
  name: null,
  plan: { cron: "@hourly", time_zone: "UTC" },
  asked_at: null,
};

Deno.test("an hourly schedule fires once after hours without a node, and then at the next hour", async () => {
  const folder = await Deno.makeTempDir();
  const clock = new ManualClock(START);
  const node = () =>
    startTestNode({ path: `${folder}/journal.db`, behavior: schedule as AnyBehavior, clock });
  try {
    {
      await using first = await node();
      await first.node.submit(SCHEDULE, CREATE);
    }
    await clock.advance(4.25 * HOUR);

    await using second = await node();
    const { journal } = second;
    const fired = async () =>
      (await journal.readEvents(SCHEDULE, 0, 100)).filter(({ type }) => type === "schedule.fired");
    const until = async (count: number) => {
      for (let looks = 0; (await fired()).length < count; looks++) {
        assert.ok(looks < 1000, `It fires ${count} times`);
        await clock.advance(1);
        await systemClock.sleep(1);
      }
    };
    await until(1);
    assert.deepEqual((await fired()).map(({ payload }) => payload), [{
      planned: START + 3.5 * HOUR,
      missed: 3,
      session: "diary",
      message_id: `msg_sch_1~${START + 3.5 * HOUR}`,
      next: START + 4.5 * HOUR,
    }]);

    await clock.advance(START + 4.5 * HOUR - clock.now() - 1);
    assert.equal((await fired()).length, 1, "Never early");
    await until(2);
    // The node knows schedules only: what they sent stands in the session's mailbox.
    const sent = await journal.take(DIARY, 10, []);
    assert.deepEqual(
      sent.map(({ command }) => command),
      [3.5, 4.5].map((hours) => ({
        type: "message.send",
        message_id: `msg_sch_1~${START + hours * HOUR}`,
        content: "Report",
        on_busy: "queue",
      })),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
