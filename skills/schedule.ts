/**
 * The built-in skill `schedule`: messages that a session gets at certain times.
 *
 * @module
 */
import { z } from "zod";
import { defineSkill, type Skill } from "./skill.ts";

// One flat object: providers take no schema that is a choice between several. The session checks the rest.
const input = z.strictObject({
  action: z.enum(["create", "list", "cancel"]),
  content: z.string().min(1).max(16_000).optional()
    .describe("With create: the message that this conversation gets at each of the times"),
  name: z.string().min(1).max(200).optional().describe("With create: what to call it"),
  cron: z.string().max(200).optional().describe(
    "With create: minute, hour, day of month, month, day of week, such as 0 9 * * MON-FRI",
  ),
  time_zone: z.string().max(64).optional()
    .describe("With cron: an IANA name, such as Europe/Zurich; UTC unless given"),
  at: z.iso.datetime({ offset: true }).optional()
    .describe("With create, in place of cron: one time, such as 2030-01-31T09:00:00+01:00"),
  id: z.string().min(1).max(600).optional()
    .describe("With cancel: the schedule's id, as create and list give it"),
});

/** Makes the skill `schedule`. */
export function scheduleSkill(): Skill {
  return defineSkill({
    name: "schedule",
    description: "Sends a message to this conversation at a later time, once or again and again, " +
      "lists such schedules of this conversation, or cancels one.",
    input,
    // It acts later, when nobody may be looking; it can be cancelled.
    risk: 2,
    idempotent: true,
    run: () => {
      throw new TypeError("Skill schedule runs in a session only, which carries it out by itself");
    },
  });
}
