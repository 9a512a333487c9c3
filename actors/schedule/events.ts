/**
 * What can have happened to a schedule. Events carry the times that were computed, so that a replay
 * computes none and depends on no version of the time zones.
 *
 * @module
 */
import { z } from "zod";
import type { Json } from "../behavior.ts";
import { UnknownEvent } from "../session/upcast.ts";
import { targetSchema } from "./commands.ts";
import { planSchema } from "./plan.ts";

const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), v: z.literal(1), payload: z.object(shape) });

/** When it is due next, in milliseconds since the epoch. */
const next = z.int();

/** All events of a schedule, by `type`. */
export const scheduleEventSchema = z.discriminatedUnion("type", [
  event("schedule.created", {
    target: targetSchema,
    content: z.string(),
    name: z.string().nullable(),
    plan: planSchema,
    next,
  }),
  /** `planned` is the time that was kept; `missed` times before it were not. `next` null: none comes. */
  event("schedule.fired", {
    planned: z.int(),
    missed: z.int().nonnegative(),
    session: z.string(),
    message_id: z.string(),
    next: next.nullable(),
  }),
  event("schedule.paused", {}),
  event("schedule.resumed", { next }),
  /** For good: its last time is over (`done`), or somebody ended it. */
  event("schedule.closed", { outcome: z.enum(["done", "cancelled"]) }),
]);

/** An event of a schedule. */
export type ScheduleEvent = z.output<typeof scheduleEventSchema>;

/** Makes an event of the present version. */
export function scheduleFact<Type extends ScheduleEvent["type"]>(
  type: Type,
  payload: Extract<ScheduleEvent, { type: Type }>["payload"],
): Extract<ScheduleEvent, { type: Type }> {
  return { type, v: 1, payload } as Extract<ScheduleEvent, { type: Type }>;
}

/**
 * Reads an event.
 *
 * @throws {UnknownEvent} naming the type, the version and what is wrong with it
 */
export function parseScheduleEvent(type: string, v: number, payload: Json): ScheduleEvent {
  const parsed = scheduleEventSchema.safeParse({ type, v, payload });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UnknownEvent(
    `Event ${type} of version ${v} cannot be read: ${issue?.path.join(".")} ${issue?.message}`,
  );
}
