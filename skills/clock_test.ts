import assert from "node:assert/strict";
import { clockSkill } from "./clock.ts";
import { idleContext } from "./testing.ts";

const AT = Date.UTC(2026, 0, 31, 23, 30, 5, 250);

function at(timeZone?: string) {
  const skill = clockSkill(() => AT);
  const input = skill.input.parse(timeZone === undefined ? {} : { time_zone: timeZone });
  return skill.output?.parse(skill.run(input, idleContext()));
}

Deno.test("clock tells UTC when no time zone is given", () => {
  assert.deepEqual(at(), {
    utc: "2026-01-31T23:30:05Z",
    local: "2026-01-31T23:30:05+00:00",
    weekday: "Saturday",
    time_zone: "UTC",
  });
});

Deno.test("clock tells the wall time and offset of a zone, over the date line and with half hours", () => {
  assert.deepEqual(at("Asia/Kolkata"), {
    utc: "2026-01-31T23:30:05Z",
    local: "2026-02-01T05:00:05+05:30",
    weekday: "Sunday",
    time_zone: "Asia/Kolkata",
  });
});

Deno.test("clock writes midnight as hour 00", () => {
  const skill = clockSkill(() => Date.UTC(2026, 5, 1));
  const { local } = skill.run({ time_zone: "UTC" }, idleContext()) as { local: string };
  assert.equal(local, "2026-06-01T00:00:00+00:00");
});

Deno.test("clock refuses what is no time zone", () => {
  assert.match(
    clockSkill(() => AT).input.safeParse({ time_zone: "Mars/Base" }).error?.message ?? "",
    /IANA/,
  );
});
