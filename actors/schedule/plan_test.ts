import assert from "node:assert/strict";
import fc from "fast-check";
import { dueTime, firstTime, nextTime, type Plan, planFault, readPlan } from "./plan.ts";

const at = (iso: string): number => Date.parse(iso);

const iso = (ms: number | null): string | null => ms === null ? null : new Date(ms).toISOString();

const daily = (time_zone: string, cron = "30 2 * * *"): Plan => ({ cron, time_zone });

/** The next times after a moment. */
function times(plan: Plan, after: string, count: number): (string | null)[] {
  const found: (string | null)[] = [];
  for (let time: number | null = at(after); found.length < count && time !== null;) {
    time = nextTime(plan, time);
    found.push(iso(time));
  }
  return found;
}

Deno.test("nextTime() counts in the zone's wall time", () => {
  const plan = daily("Asia/Tokyo", "0 9 * * MON-FRI");
  assert.deepEqual(times(plan, "2026-03-27T00:00:00Z", 2), [
    "2026-03-30T00:00:00.000Z",
    "2026-03-31T00:00:00.000Z",
  ]);
});

Deno.test("nextTime() gives a daily time once on each day when the clocks change", () => {
  // In spring 02:30 does not exist, and the first moment after the gap stands for it.
  assert.deepEqual(times(daily("Europe/Zurich"), "2026-03-28T02:00:00Z", 2), [
    "2026-03-29T01:00:00.000Z",
    "2026-03-30T00:30:00.000Z",
  ]);
  // In autumn it comes twice, and the first counts.
  assert.deepEqual(times(daily("Europe/Zurich"), "2026-10-24T12:00:00Z", 2), [
    "2026-10-25T00:30:00.000Z",
    "2026-10-26T01:30:00.000Z",
  ]);
});

Deno.test("nextTime() comes later than the moment it counts from, and never within the same minute", () => {
  const moment = fc.integer({ min: at("2020-01-01T00:00:00Z"), max: at("2040-01-01T00:00:00Z") });
  const zone = fc.constantFrom("UTC", "Europe/Zurich", "America/New_York", "Asia/Kathmandu");
  const cron = fc.constantFrom("* * * * *", "*/7 * * * *", "30 2 * * *", "0 0 1 * *", "@weekly");
  fc.assert(fc.property(moment, zone, cron, (now, time_zone, cron) => {
    const plan = { cron, time_zone };
    const first = nextTime(plan, now);
    assert.ok(first !== null && first > now);
    const second = nextTime(plan, first);
    assert.ok(second !== null && second - first >= 60_000);
    assert.deepEqual(dueTime(plan, first, first), { at: first, missed: 0 });
    assert.deepEqual(dueTime(plan, first, second), { at: second, missed: 1 });
  }));
});

Deno.test("dueTime() gives the last of the times that are due, and how many come before it", () => {
  const hourly = daily("UTC", "0 * * * *");
  const planned = at("2026-01-01T01:00:00Z");
  const due = (now: string) => {
    const { at, missed } = dueTime(hourly, planned, Date.parse(now));
    return [iso(at), missed];
  };
  assert.deepEqual(due("2026-01-01T01:00:00Z"), ["2026-01-01T01:00:00.000Z", 0]);
  assert.deepEqual(due("2026-01-01T01:59:59.999Z"), ["2026-01-01T01:00:00.000Z", 0]);
  assert.deepEqual(due("2026-01-01T02:00:00Z"), ["2026-01-01T02:00:00.000Z", 1]);
  assert.deepEqual(due("2026-01-02T01:30:00Z"), ["2026-01-02T01:00:00.000Z", 24]);
});

Deno.test("dueTime() counts no further than a thousand", () => {
  const minutely = daily("UTC", "* * * * *");
  const planned = at("2026-01-01T00:00:00Z");
  assert.deepEqual(dueTime(minutely, planned, at("2027-01-01T00:00:00Z")), {
    at: at("2027-01-01T00:00:00Z"),
    missed: 1000,
  });
});

Deno.test("a plan for one time is due once", () => {
  const plan = { at: 5000 };
  assert.deepEqual(firstTime(plan, 4999), { at: 5000 });
  assert.equal(nextTime(plan, 5000), null);
  assert.deepEqual(dueTime(plan, 5000, 90_000), { at: 5000, missed: 0 });
  assert.deepEqual(firstTime(plan, 5000), {
    fault: "Time 1970-01-01T00:00:05.000Z is past, wanted one after 1970-01-01T00:00:05.000Z",
  });
  assert.match(JSON.stringify(firstTime({ at: -9e15 }, 0)), /Time -9000000000000000 is past/);
});

Deno.test("firstTime() says what is wrong with a cron expression and what is wanted", () => {
  const faults: [string, RegExp][] = [
    ["*/10 * * * * *", /"\*\/10 \* \* \* \* \*", wanted five fields/],
    ["* * * *", /wanted five fields/],
    ["", /wanted five fields/],
    ["@reboot", /wanted five fields .* or one of @hourly/],
    ["2026-03-27T12:00:00", /wanted five fields/],
    ["0 ? * * *", /wanted \* in place of \?/],
    ["0 25 * * *", /which cannot be read: .*hour/],
    ["0 0 30 2 *", /^Cron expression "0 0 30 2 \*" never comes due/],
  ];
  for (const [cron, message] of faults) {
    const first = firstTime({ cron, time_zone: "UTC" }, 0);
    assert.match("fault" in first ? first.fault : "no fault", message);
  }
});

Deno.test("planFault() says which of cron and at is too many or missing", () => {
  const cron = "@daily", at = "2030-01-01T00:00:00Z", time_zone = "UTC";
  const faults = [
    [{}, /neither cron nor at/],
    [{ time_zone }, /neither cron nor at/],
    [{ cron, at }, /both cron and at/],
    [{ at, time_zone }, /time_zone with at/],
    [{ cron: "x".repeat(201) }, /either cron, with or without time_zone, or at/],
  ] as const;
  for (const [said, message] of faults) {
    assert.equal(readPlan(said), null);
    assert.match(planFault(said), message);
  }
});
