/**
 * What a schedule can be asked.
 *
 * @module
 */
import { z } from "zod";
import { pinnedAgentSchema } from "../session/agent.ts";
import { CONTENT_CHARS_MAX, NAME_CHARS_MAX, planSchema } from "./plan.ts";

/** To whom a schedule sends its message: a session that there is, or a new one of that agent each time. */
export const targetSchema = z.union([
  z.strictObject({ session: z.string() }),
  z.strictObject({ agent: pinnedAgentSchema }),
]);

/** To whom a schedule sends its message. */
export type Target = z.output<typeof targetSchema>;

const command = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), ...shape });

/** All commands of a schedule, by `type`. */
export const scheduleCommandSchema = z.discriminatedUnion("type", [
  command("schedule.create", {
    target: targetSchema,
    content: z.string().min(1).max(CONTENT_CHARS_MAX),
    name: z.string().max(NAME_CHARS_MAX).nullable(),
    plan: planSchema,
    /**
     * When whoever sends this found the plan good, so that a time which passes on the way is kept late
     * and not refused; null: only now.
     */
    asked_at: z.int().nullable(),
  }),
  command("schedule.pause", {}),
  command("schedule.resume", {}),
  command("schedule.cancel", {}),
  /** From its own timer: `planned` is due. */
  command("schedule.fire", { planned: z.int() }),
]);

/** A command to a schedule. */
export type ScheduleCommand = z.output<typeof scheduleCommandSchema>;

/** The command of that type. */
export type ScheduleCommandOf<Type extends ScheduleCommand["type"]> = Extract<
  ScheduleCommand,
  { type: Type }
>;
