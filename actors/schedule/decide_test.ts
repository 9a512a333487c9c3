import assert from "node:assert/strict";
import type { Json } from "../behavior.ts";
import { Scenario } from "../scenario.ts";
import { agentSchema } from "../session/agent.ts";
import { session } from "../session/behavior.ts";
import { schedule } from "./behavior.ts";
import type { ScheduleCommand, ScheduleCommandOf, Target } from "./commands.ts";
import { parseScheduleEvent, scheduleEventSchema } from "./events.ts";
import type { Plan } from "./plan.ts";

const START = Date.parse("2026-01-01T00:30:00Z");
const HOUR = 3_600_000;
const FIRST = START + HOUR / 2;

const HOURLY: Plan = { cron: "@hourly", time_zone: "UTC" };

function create(
  changes: Partial<ScheduleCommandOf<"schedule.create">> = {},
): ScheduleCommandOf<"schedule.create"> {
  return {
    type: "schedule.create",
    target: { session: "ses_1" },
    content: "Report",
    name: null,
    plan: HOURLY,
    asked_at: null,
    ...changes,
  };
}

const fresh = (now = START) =>
  new Scenario(schedule, { now, seq: 0, id: "sch_1", limits: {}, cause: "cmd_1" });

const made = (changes: Partial<ScheduleCommandOf<"schedule.create">> = {}) =>
  fresh().when(create(changes)).then;

const fire = (planned: number): ScheduleCommand => ({ type: "schedule.fire", planned });

type Outcome = ReturnType<ReturnType<typeof fresh>["when"]>;

const types = ({ decision }: Outcome) => decision.events.map(({ type }) => type);

const timers = ({ decision }: Outcome) => (decision.timers ?? []).map(({ at }) => at);

Deno.test("decide() sets the timer for a schedule's first time", () => {
  const outcome = fresh().when(create());
  assert.deepEqual(types(outcome), ["schedule.created"]);
  assert.deepEqual(outcome.decision.timers, [{ name: "next", at: FIRST, command: fire(FIRST) }]);
  assert.deepEqual(outcome.decision.reply, { id: "sch_1", next: FIRST });
  assert.equal(outcome.then.when(create()).rejected, "schedule_exists");
});

Deno.test("decide() refuses a schedule that never comes due", () => {
  for (const plan of [{ cron: "often", time_zone: "UTC" }, { at: START }]) {
    assert.equal(fresh().when(create({ plan })).rejected, "schedule_invalid");
  }
});

Deno.test("decide() keeps a time late that passed on the way, when its sender had found it good", () => {
  const plan = { at: START - 5 };
  const outcome = fresh().when(create({ plan, asked_at: START - 10 }));
  assert.deepEqual(timers(outcome), [START - 5]);
  assert.deepEqual(types(outcome.then.when(fire(START - 5))), [
    "schedule.fired",
    "schedule.closed",
  ]);
});

Deno.test("decide() sends the message when the time has come, and sets the next", () => {
  const outcome = made().after(HOUR / 2).when(fire(FIRST));
  const message_id = `msg_sch_1~${FIRST}`;
  assert.deepEqual(outcome.decision.events.map(({ payload }) => payload), [
    { planned: FIRST, missed: 0, session: "ses_1", message_id, next: FIRST + HOUR },
  ]);
  assert.deepEqual(outcome.decision.sends, [{
    to: { type: "session", id: "ses_1" },
    command: { type: "message.send", message_id, content: "Report", on_busy: "queue" },
  }]);
  assert.deepEqual(timers(outcome), [FIRST + HOUR]);
});

Deno.test("decide() trusts the timer when this node's clock is behind the journal's", () => {
  const outcome = made().when(fire(FIRST));
  assert.deepEqual(types(outcome), ["schedule.fired"]);
  assert.deepEqual(timers(outcome), [FIRST + HOUR]);
});

Deno.test("decide() fires once for the latest of the times that were missed, and says how many were", () => {
  const outcome = made().after(5 * HOUR).when(fire(FIRST));
  assert.deepEqual(outcome.state.last, { planned: FIRST + 4 * HOUR, session: "ses_1" });
  assert.deepEqual([outcome.state.fired, outcome.state.missed], [1, 4]);
  assert.equal(outcome.decision.sends?.length, 1);
  assert.deepEqual(timers(outcome), [FIRST + 5 * HOUR]);
});

Deno.test("decide() ignores a timer that is not the one it waits for", () => {
  const paused = made().when({ type: "schedule.pause" }).then;
  const fired = made().after(HOUR / 2).when(fire(FIRST)).then;
  for (const scenario of [made().given(), paused, fired]) {
    const outcome = scenario.when(fire(scenario === paused ? FIRST : FIRST - 1));
    assert.deepEqual([outcome.rejected, types(outcome), outcome.decision.sends], [
      null,
      [],
      undefined,
    ]);
  }
  assert.deepEqual(types(fired.when(fire(FIRST))), []);
});

Deno.test("decide() begins a new session of the pinned agent each time", () => {
  const agent = { name: "writer", version: 2, spec: agentSchema.parse({}) };
  const target: Target = { agent };
  const outcome = made({ target }).after(HOUR / 2).when(fire(FIRST));
  const id = `ses_sch_1~${FIRST}`;
  assert.deepEqual(outcome.decision.sends, [
    {
      to: { type: "session", id },
      command: {
        type: "session.create",
        agent,
        metadata: { schedule: "sch_1", planned: "2026-01-01T01:00:00.000Z" },
      },
    },
    {
      to: { type: "session", id },
      command: {
        type: "message.send",
        message_id: `msg_sch_1~${FIRST}`,
        content: "Report",
        on_busy: "queue",
      },
    },
  ]);
  for (const { command } of outcome.decision.sends ?? []) session.parseCommand(command);
});

Deno.test("decide() closes a schedule after its one time", () => {
  const once = made({ plan: { at: FIRST } }).after(HOUR).when(fire(FIRST));
  assert.deepEqual(types(once), ["schedule.fired", "schedule.closed"]);
  assert.deepEqual([once.state.phase, once.state.outcome], ["closed", "done"]);
  assert.deepEqual(timers(once), []);
});

Deno.test("decide() keeps no time while a schedule is paused, and makes none up", () => {
  const paused = made().when({ type: "schedule.pause" });
  assert.deepEqual([types(paused), timers(paused)], [["schedule.paused"], [null]]);
  assert.deepEqual(types(paused.then.when({ type: "schedule.pause" })), []);
  const resumed = paused.then.after(3 * HOUR).when({ type: "schedule.resume" });
  assert.deepEqual([types(resumed), timers(resumed)], [["schedule.resumed"], [FIRST + 3 * HOUR]]);
  assert.equal(resumed.state.missed, 0);
  assert.deepEqual(types(resumed.then.when({ type: "schedule.resume" })), []);
});

Deno.test("decide() refuses to resume a schedule whose one time passed", () => {
  const paused = made({ plan: { at: FIRST } }).when({ type: "schedule.pause" }).then;
  assert.equal(paused.after(HOUR).when({ type: "schedule.resume" }).rejected, "schedule_invalid");
});

Deno.test("decide() cancels a schedule for good, and cancelling it again changes nothing", () => {
  for (const scenario of [made(), made().when({ type: "schedule.pause" }).then]) {
    const cancelled = scenario.when({ type: "schedule.cancel" });
    assert.deepEqual([types(cancelled), timers(cancelled)], [["schedule.closed"], [null]]);
    assert.equal(cancelled.state.outcome, "cancelled");
    assert.deepEqual(types(cancelled.then.when({ type: "schedule.cancel" })), []);
    assert.deepEqual(types(cancelled.then.when(fire(FIRST))), []);
    for (const type of ["schedule.pause", "schedule.resume"] as const) {
      assert.equal(cancelled.then.when({ type }).rejected, "schedule_closed");
    }
  }
});

Deno.test("decide() refuses every command to a schedule that does not exist", () => {
  const commands = [
    { type: "schedule.pause" },
    { type: "schedule.resume" },
    { type: "schedule.cancel" },
    fire(FIRST),
  ] as const;
  for (const command of commands) {
    assert.equal(fresh().when(command).rejected, "schedule_not_found", command.type);
  }
});

/** One event of each type and version, as it lies in journals. Samples are never changed. */
const SAMPLES: Readonly<Record<string, string>> = {
  "schedule.created/1":
    `{"target":{"session":"ses_1"},"content":"Report","name":null,"plan":{"cron":"@hourly","time_zone":"UTC"},"next":1767229200000}`,
  "schedule.fired/1":
    `{"planned":1767229200000,"missed":2,"session":"ses_1","message_id":"msg_sch_1~1767229200000","next":1767232800000}`,
  "schedule.paused/1": `{}`,
  "schedule.resumed/1": `{"next":1767232800000}`,
  "schedule.closed/1": `{"outcome":"cancelled"}`,
};

Deno.test("parseEvent() reads every event ever written, and replaying them gives the state", () => {
  const present = scheduleEventSchema.options.map(({ shape }) =>
    `${shape.type.value}/${shape.v.value}`
  );
  assert.deepEqual(present.filter((name) => !(name in SAMPLES)), []);
  const state = Object.entries(SAMPLES).reduce((state, [name, text], i) => {
    const [type, v] = name.split("/");
    const payload = JSON.parse(text) as Json;
    const event = parseScheduleEvent(type!, Number(v), payload);
    assert.deepEqual(event.payload, payload);
    return schedule.evolve(state, event, START, i + 1);
  }, schedule.initial("sch_1"));
  assert.deepEqual([state.phase, state.fired, state.missed], ["closed", 1, 2]);
  assert.throws(() => parseScheduleEvent("schedule.renamed", 1, {}), { name: "UnknownEvent" });
});

Deno.test("summary() shows a list all there is to know of a schedule", () => {
  const { status, label, details } = schedule.summary(made({ name: "hourly" }).state);
  assert.deepEqual([status, label], ["active", "ses_1"]);
  assert.deepEqual(details, {
    outcome: null,
    name: "hourly",
    content: "Report",
    session: "ses_1",
    agent: null,
    agent_version: null,
    plan: HOURLY,
    next: FIRST,
    fired: 0,
    missed: 0,
    last: null,
  });
});
