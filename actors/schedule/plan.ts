/**
 * When a schedule is due: the times of a cron expression in a time zone, or one instant. Pure: every
 * function is told from when to count, and reads no clock.
 *
 * @module
 */
import { Cron } from "croner";
import { z } from "zod";

/** Characters of the message that a schedule sends. */
export const CONTENT_CHARS_MAX = 16_000;

/** Characters of a schedule's name. */
export const NAME_CHARS_MAX = 200;

/** Characters of a cron expression. */
export const CRON_CHARS_MAX = 200;

/** Characters of a time zone's name. */
export const ZONE_CHARS_MAX = 64;

/** Missed times that are counted one by one; there may be more when that many are reported. */
const MISSED_MAX = 1000;

/** The words that stand for five fields. */
const NICKNAMES = ["@hourly", "@daily", "@weekly", "@monthly", "@yearly"];

/** When a schedule is due: by a cron expression, or once `at`, in milliseconds since the epoch. */
export const planSchema = z.union([
  z.strictObject({
    cron: z.string().max(CRON_CHARS_MAX),
    time_zone: z.string().max(ZONE_CHARS_MAX).default("UTC"),
  }),
  z.strictObject({ at: z.int() }),
]);

/** When a schedule is due. */
export type Plan = z.output<typeof planSchema>;

/** When a schedule is due, as people and models say it. */
export interface SaidPlan {
  /** Five fields, or a word such as `@daily`. */
  readonly cron?: string | undefined;
  /** Of `cron`: an IANA name. */
  readonly time_zone?: string | undefined;
  /** ISO 8601 with an offset. */
  readonly at?: string | undefined;
}

/** What is wrong with times that {@link readPlan} cannot read. */
export function planFault({ cron, time_zone, at }: SaidPlan): string {
  if (cron === undefined && at === undefined) {
    return "Schedule has neither cron nor at, wanted one of them";
  }
  if (cron !== undefined && at !== undefined) {
    return "Schedule has both cron and at, wanted one of them";
  }
  return time_zone !== undefined && at !== undefined
    ? "Schedule has a time_zone with at, wanted it with cron only: at has its offset in itself"
    : "Schedule wants either cron, with or without time_zone, or at, a time with its offset";
}

/** Reads when a schedule is due; null unless that is one way exactly. */
export function readPlan({ cron, time_zone, at }: SaidPlan): Plan | null {
  const said = Object.entries({ cron, time_zone, at: at === undefined ? at : Date.parse(at) });
  const plan = Object.fromEntries(said.filter(([, value]) => value !== undefined));
  return planSchema.safeParse(plan).data ?? null;
}

/** The first time after `now` (in milliseconds since the epoch), or why there is none. */
export function firstTime(
  plan: Plan,
  now: number,
): { readonly at: number } | { readonly fault: string } {
  const fault = "at" in plan ? null : cronFault(plan);
  if (fault !== null) return { fault };
  const at = nextTime(plan, now);
  if (at !== null) return { at };
  return {
    fault: "at" in plan
      ? `Time ${iso(plan.at)} is past, wanted one after ${iso(now)}`
      : `Cron expression ${JSON.stringify(plan.cron)} never comes due, wanted one that does`,
  };
}

/** The first time after `after`, or null. The plan must be one that {@link firstTime} took. */
export function nextTime(plan: Plan, after: number): number | null {
  if ("at" in plan) return plan.at > after ? plan.at : null;
  return cronOf(plan).nextRun(new Date(after))?.getTime() ?? null;
}

/** The last time that is due, and how many times since `planned` come before it. */
export interface Due {
  /** The time that counts, in milliseconds since the epoch. */
  readonly at: number;
  /** Times before it that nobody kept, {@link planned} among them; counted up to 1,000. */
  readonly missed: number;
}

/** What is due at `now`, if `planned` is the first time that was not kept yet. */
export function dueTime(plan: Plan, planned: number, now: number): Due {
  if ("at" in plan) return { at: planned, missed: 0 };
  const cron = cronOf(plan);
  // The times before a moment do not include it.
  const [latest] = cron.previousRuns(1, new Date(now + 1));
  const at = Math.max(planned, latest?.getTime() ?? planned);
  let missed = 0;
  for (let time = planned; time < at && missed < MISSED_MAX; missed++) {
    time = cron.nextRun(new Date(time))?.getTime() ?? at;
  }
  return { at, missed };
}

type CronPlan = Extract<Plan, { readonly cron: string }>;

function cronFault(plan: CronPlan): string | null {
  if (!isTimeZone(plan.time_zone)) {
    const found = JSON.stringify(plan.time_zone);
    return `Time zone is ${found}, wanted an IANA name such as Europe/Zurich`;
  }
  const found = `Cron expression is ${JSON.stringify(plan.cron)}`;
  const fields = plan.cron.trim().split(/\s+/).length;
  const nickname = plan.cron.startsWith("@");
  if (nickname ? !NICKNAMES.includes(plan.cron) : fields !== 5) {
    return `${found}, wanted five fields (minute, hour, day of month, month, day of week) ` +
      `or one of ${NICKNAMES.join(", ")}`;
  }
  // It would stand for the time at which the expression is read.
  if (plan.cron.includes("?")) return `${found}, wanted * in place of ?`;
  try {
    cronOf(plan);
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `${found}, which cannot be read: ${reason}`;
  }
}

function cronOf({ cron, time_zone: timezone }: CronPlan): Cron {
  return new Cron(cron, { timezone, mode: "5-part" });
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

function iso(at: number): string {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at);
}
