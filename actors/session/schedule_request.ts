/**
 * The skill `schedule`: what it is given.
 *
 * @module
 */
import { z } from "zod";
import type { Json } from "../behavior.ts";
import { CONTENT_CHARS_MAX, NAME_CHARS_MAX } from "../schedule/plan.ts";

/** The skill's name. The session itself carries it out. */
export const SCHEDULE = "schedule";

/** As in `skills/schedule.ts`; a person may have edited the input since that was checked. */
const requestSchema = z.discriminatedUnion("action", [
  z.object({
    action: z.literal("create"),
    content: z.string().min(1).max(CONTENT_CHARS_MAX),
    name: z.string().min(1).max(NAME_CHARS_MAX).optional(),
    cron: z.string().optional(),
    time_zone: z.string().optional(),
    at: z.iso.datetime({ offset: true }).optional(),
  }),
  z.object({ action: z.literal("list") }),
  z.object({ action: z.literal("cancel"), id: z.string() }),
]);

/** What a call asks of the session's schedules. */
export type ScheduleRequest = z.output<typeof requestSchema>;

/** Reads a call's input, or says what is wrong with it. */
export function readScheduleRequest(
  input: Json,
): { readonly request: ScheduleRequest } | { readonly fault: string } {
  const parsed = requestSchema.safeParse(input);
  if (parsed.success) return { request: parsed.data };
  const issues = parsed.error.issues.map(({ path, message }) =>
    [path.join("."), message].filter((part) => part !== "").join(": ")
  );
  return { fault: issues.join("; ") };
}
