/**
 * The built-in skill `clock`: what time it is, in any time zone.
 *
 * @module
 */
import { z } from "zod";
import { defineSkill, type Skill } from "./skill.ts";

/**
 * Makes the skill `clock`.
 *
 * @param now milliseconds since the epoch
 */
export function clockSkill(now: () => number): Skill {
  return defineSkill({
    name: "clock",
    description:
      "Tells the present date, weekday and time. Use it whenever the answer depends on today's date or on the time somewhere.",
    input: z.strictObject({
      time_zone: z.string().max(64).refine(isTimeZone, "not an IANA time zone, such as Asia/Tokyo")
        .default("UTC").describe("IANA name, such as Europe/Zurich; UTC unless given"),
    }),
    output: z.object({
      utc: z.string(),
      local: z.string(),
      weekday: z.string(),
      time_zone: z.string(),
    }),
    risk: 0,
    idempotent: true,
    run: ({ time_zone }) => describeInstant(now(), time_zone),
  });
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

/** An instant as UTC and as a zone's wall time with its offset, both in ISO 8601 to the second. */
function describeInstant(at: number, timeZone: string) {
  const format = new Intl.DateTimeFormat("en", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    weekday: "long",
    timeZoneName: "longOffset",
  });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const offset = part.timeZoneName === "GMT" ? "+00:00" : part.timeZoneName?.replace("GMT", "");
  return {
    utc: new Date(at).toISOString().replace(/\.\d+Z$/, "Z"),
    local:
      `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}${offset}`,
    weekday: part.weekday ?? "",
    time_zone: timeZone,
  };
}
