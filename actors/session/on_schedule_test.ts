import assert from "node:assert/strict";
import type { Json } from "../behavior.ts";
import type { CommandOf } from "./commands.ts";
import { pending } from "./pending.ts";
import {
  cancel,
  openSession,
  payloadOf,
  play,
  propose,
  send,
  sends,
  START,
  types,
} from "./session_scenario.ts";
import type { KnownSchedule } from "./values.ts";

const KNOWN: KnownSchedule = {
  id: "sch_1",
  name: "weekly",
  status: "active",
  content: "Report",
  cron: "0 9 * * 1",
  time_zone: "UTC",
  next: 86_400_000,
};

/** A call of the skill, of which the session's schedules are being looked up. */
const asked = (input: Json, limits = {}) =>
  play(openSession({}, limits), send("m1"), propose({ skill: "schedule", input, risk: 2 }));

const known = (...schedules: KnownSchedule[]): CommandOf<"schedules.found"> => ({
  type: "schedules.found",
  call_id: "call_1_0",
  schedules,
});

const ask = (input: Json, ...schedules: KnownSchedule[]) =>
  play(asked(input).then, known(...schedules));

const weekly = { action: "create", content: "Report", cron: "0 9 * * 1", name: "weekly" };

Deno.test("decide() first has the session's schedules looked up", () => {
  assert.deepEqual(pending(asked(weekly).state), [{
    id: "call_1_0/1",
    kind: "schedules",
    policy: "retry",
    input: { call_id: "call_1_0" },
  }]);
});

Deno.test("decide() makes a schedule that sends to this session, and completes with its id", () => {
  const made = ask({ ...weekly, time_zone: "Europe/Zurich" });
  assert.deepEqual(types(made), ["skill.completed"]);
  const { output, via } = payloadOf(made, "skill.completed");
  assert.deepEqual(output, { id: "sch_ses_1~7", next: "1970-01-05T08:00:00.000Z" });
  assert.equal(via, "message");
  assert.deepEqual(sends(made), [["schedule/sch_ses_1~7", {
    type: "schedule.create",
    target: { session: "ses_1" },
    content: "Report",
    name: "weekly",
    plan: { cron: "0 9 * * 1", time_zone: "Europe/Zurich" },
    asked_at: START,
  }]]);
  assert.equal(made.state.turn?.due?.kind, "model");
});

Deno.test("decide() makes a schedule for one time, given with an offset", () => {
  const made = ask({ action: "create", content: "Report", at: "1970-01-01T02:00:00+01:00" });
  const [[, command] = []] = sends(made);
  assert.deepEqual((command as { plan: unknown }).plan, { at: 3_600_000 });
});

Deno.test("decide() fails a call that asks for a time which never comes, and says what is wanted", () => {
  const faults: [Json, RegExp][] = [
    [{ ...weekly, cron: "often" }, /^Cron expression is "often", wanted five fields/],
    [
      { ...weekly, time_zone: "Mars/Olympus" },
      /^Time zone is "Mars\/Olympus", wanted an IANA name/,
    ],
    [{ action: "create", content: "Report" }, /neither cron nor at/],
    [{ ...weekly, at: "1970-01-02T00:00:00Z" }, /both cron and at/],
    [
      { action: "create", content: "Report", at: "1970-01-01T00:00:00Z" },
      /^Time 1970-01-01T00:00:00.000Z is past/,
    ],
  ];
  for (const [input, message] of faults) {
    const failed = ask(input);
    const { error } = payloadOf(failed, "skill.failed");
    assert.equal(error.code, "schedule_invalid");
    assert.match(error.message, message);
    assert.deepEqual(sends(failed), []);
  }
});

Deno.test("decide() makes no more schedules than the limit", () => {
  const full = play(asked(weekly, { schedules_per_session: 1 }).then, known(KNOWN));
  assert.equal(payloadOf(full, "skill.failed").error.code, "schedule_limit");
});

Deno.test("decide() lists the session's schedules", () => {
  assert.deepEqual(payloadOf(ask({ action: "list" }, KNOWN), "skill.completed").output, [{
    ...KNOWN,
    next: "1970-01-02T00:00:00.000Z",
  }]);
});

Deno.test("decide() cancels a schedule of the session, and no other", () => {
  const input = { action: "cancel", id: "sch_1" };
  const cancelled = ask(input, KNOWN);
  assert.deepEqual(payloadOf(cancelled, "skill.completed").output, {
    id: "sch_1",
    cancelled: true,
  });
  assert.deepEqual(sends(cancelled), [["schedule/sch_1", { type: "schedule.cancel" }]]);
  const foreign = ask(input);
  assert.equal(payloadOf(foreign, "skill.failed").error.code, "schedule_not_found");
  assert.deepEqual(sends(foreign), []);
});

Deno.test("decide() fails a call whose input a person edited into nonsense", () => {
  for (const input of [{ action: "dance" }, { action: "create" }, { action: "cancel" }, "list"]) {
    assert.equal(payloadOf(ask(input), "skill.failed").error.code, "skill_invalid_input");
  }
  const { message } = payloadOf(ask({ action: "create" }), "skill.failed").error;
  assert.match(message, /^content: /);
});

Deno.test("decide() ignores schedules that no call asked for", () => {
  const running = asked(weekly).then;
  assert.deepEqual(types(play(play(running, cancel()).then, known(KNOWN))), []);
  const other = play(openSession(), send("m1"), propose({})).then;
  assert.deepEqual(types(play(other, known(KNOWN))), []);
});
