/**
 * Schedules as the directory has them.
 *
 * @module
 */
import { z } from "zod";
import type { Address } from "../../actors/behavior.ts";
import { planSchema } from "../../actors/schedule/plan.ts";
import { SynapseError } from "../errors.ts";
import type { ActorRecord, Directory } from "../journal/directory_port.ts";
import { isoTime } from "./bodies.ts";
import { scheduleSchema, scheduleStatusSchema } from "./schedule_schemas.ts";

/** What a schedule says about itself in the directory, see `Behavior.summary`. */
const detailsSchema = z.object({
  ...scheduleSchema.pick({
    outcome: true,
    name: true,
    content: true,
    session: true,
    agent: true,
    agent_version: true,
    fired: true,
    missed: true,
  }).shape,
  plan: planSchema,
  next: z.int().nullable(),
  last: z.object({ planned: z.int(), session: z.string() }).nullable(),
});

/** A schedule's body. */
export function scheduleBody(record: ActorRecord): z.output<typeof scheduleSchema> {
  const { address, summary, created_at, updated_at } = record;
  const { plan, next, last, ...details } = detailsSchema.parse(summary.details);
  return {
    id: address.id,
    status: scheduleStatusSchema.parse(summary.status),
    ...details,
    cron: "cron" in plan ? plan.cron : null,
    time_zone: "cron" in plan ? plan.time_zone : null,
    at: "at" in plan ? isoTime(plan.at) : null,
    next: next === null ? null : isoTime(next),
    last: last && { planned: isoTime(last.planned), session: last.session },
    created_at: isoTime(created_at),
    updated_at: isoTime(updated_at),
  };
}

/**
 * A schedule's record.
 *
 * @throws {SynapseError} `schedule_not_found`
 */
export async function findSchedule(directory: Directory, address: Address): Promise<ActorRecord> {
  const record = await directory.find(address);
  if (!record) {
    throw new SynapseError("schedule_not_found", `Schedule ${address.id} does not exist`);
  }
  return record;
}

/** Up to `limit` schedules of a session that are active, and as many that are paused. */
export async function openSchedules(
  directory: Pick<Directory, "list">,
  { tenant, id }: Address,
  limit: number,
): Promise<readonly ActorRecord[]> {
  const pages = await Promise.all(
    ["active", "paused"].map((status) =>
      directory.list(tenant, { type: "schedule", status, label: id }, { cursor: null, limit })
    ),
  );
  return pages.flatMap(({ items }) => items);
}
