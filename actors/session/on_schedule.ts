/**
 * The skill `schedule`. A session tells its schedules what to do by messages that go out in the commit
 * of the call's result, so there is nothing to wait for: an id that is the session's own cannot be
 * taken, what a schedule would refuse is refused here, and a message once committed arrives.
 *
 * @module
 */
import type { Json } from "../behavior.ts";
import { firstTime, planFault, readPlan } from "../schedule/plan.ts";
import type { CommandOf } from "./commands.ts";
import type { Draft } from "./draft.ts";
import { fact } from "./events.ts";
import { afterResult, underWay } from "./on_skill_result.ts";
import { readScheduleRequest, SCHEDULE, type ScheduleRequest } from "./schedule_request.ts";
import type { Fault, KnownSchedule } from "./values.ts";

/** Carries a call out, now that the session's schedules are known. */
export function onSchedulesFound(draft: Draft, command: CommandOf<"schedules.found">): void {
  const { call_id, schedules } = command;
  const call = underWay(draft, call_id);
  if (call?.skill !== SCHEDULE) return;
  const read = readScheduleRequest(call.input);
  const result = "fault" in read
    ? fail("skill_invalid_input", read.fault)
    : carryOut(draft, read.request, schedules);
  if ("error" in result) {
    draft.add(fact("skill.failed", { call_id, error: result.error, ms: 0 }));
  } else {
    const { output } = result;
    const shown_chars = draft.facts.limits.skill_output_model_chars;
    draft.add(
      fact("skill.completed", { call_id, output, shown_chars, via: "message", ms: 0 }),
    );
  }
  afterResult(draft);
}

/** An output has its members in the order in which the journal gives them back. */
type Result = { readonly output: Json } | { readonly error: Fault };

function carryOut(
  draft: Draft,
  request: ScheduleRequest,
  schedules: readonly KnownSchedule[],
): Result {
  switch (request.action) {
    case "create":
      return create(draft, request, schedules);
    case "list":
      return { output: schedules.map(shown) };
    case "cancel":
      return cancel(draft, request.id, schedules);
    default:
      return request satisfies never;
  }
}

function create(
  draft: Draft,
  request: Extract<ScheduleRequest, { action: "create" }>,
  schedules: readonly KnownSchedule[],
): Result {
  const { id: session, now, limits: { schedules_per_session: limit } } = draft.facts;
  if (schedules.length >= limit) {
    return fail(
      "schedule_limit",
      `Session has ${schedules.length} schedules, wanted fewer than ${limit}; cancel one first`,
    );
  }
  const plan = readPlan(request);
  if (!plan) return fail("schedule_invalid", planFault(request));
  const first = firstTime(plan, now);
  if ("fault" in first) return fail("schedule_invalid", first.fault);
  const id = `sch_${session}~${draft.nextSeq}`;
  const { content, name = null } = request;
  draft.send({
    to: { type: "schedule", id },
    command: {
      type: "schedule.create",
      target: { session },
      content,
      name,
      plan,
      asked_at: now,
    },
  });
  return { output: { id, next: iso(first.at) } };
}

function cancel(draft: Draft, id: string, schedules: readonly KnownSchedule[]): Result {
  if (!schedules.some((schedule) => schedule.id === id)) {
    return fail(
      "schedule_not_found",
      `Session has no open schedule ${id}; list shows those it has`,
    );
  }
  draft.send({ to: { type: "schedule", id }, command: { type: "schedule.cancel" } });
  return { output: { cancelled: true, id } };
}

function shown(schedule: KnownSchedule): Json {
  const { content, cron, id, name, next, status, time_zone } = schedule;
  return { content, cron, id, name, next: iso(next), status, time_zone };
}

function fail(code: string, message: string): Result {
  return { error: { code, message } };
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
