/**
 * What a schedule does: it keeps one timer, set for its next time. When that rings it sends its
 * message and sets the timer anew, all in one commit, so that a time is kept once.
 *
 * A schedule that was kept from its times fires once for the latest of them, and says how many it
 * missed: a person who was away needs one report, not a hundred.
 *
 * @module
 */
import type { Decision, Facts, Rejection, Send, TimerChange } from "../behavior.ts";
import { invariant } from "../invariant.ts";
import type { SessionCommand } from "../session/commands.ts";
import type { ScheduleCommand, ScheduleCommandOf } from "./commands.ts";
import { type ScheduleEvent, scheduleFact } from "./events.ts";
import { dueTime, firstTime, nextTime } from "./plan.ts";
import { refuse } from "./rejections.ts";
import type { ScheduleState } from "./state.ts";

/** The name of the timer of the next time. */
export const TIMER = "next";

type ScheduleDecision = Decision<ScheduleCommand, ScheduleEvent>;
type Outcome = ScheduleDecision | Rejection;

const NOTHING: ScheduleDecision = { events: [] };

/** What a command causes. */
export function decideSchedule(
  state: ScheduleState,
  command: ScheduleCommand,
  facts: Facts<unknown>,
): Outcome {
  const { id, phase } = state;
  if (command.type === "schedule.create") {
    return phase === "new"
      ? create(command, facts)
      : refuse("schedule_exists", `Schedule ${id} exists already`);
  }
  if (phase === "new") return refuse("schedule_not_found", `Schedule ${id} does not exist`);
  switch (command.type) {
    case "schedule.fire":
      return phase === "active" && command.planned === state.next
        ? fire(state, command.planned, facts)
        : NOTHING;
    case "schedule.pause":
      return pause(state);
    case "schedule.resume":
      return resume(state, facts);
    case "schedule.cancel":
      return phase === "closed" ? { events: [], reply: { id } } : {
        events: [scheduleFact("schedule.closed", { outcome: "cancelled" })],
        timers: [{ name: TIMER, at: null }],
        reply: { id },
      };
    default:
      return command satisfies never;
  }
}

function create(command: ScheduleCommandOf<"schedule.create">, facts: Facts<unknown>): Outcome {
  const { target, content, name, plan, asked_at } = command;
  const first = firstTime(plan, asked_at ?? facts.now);
  if ("fault" in first) return refuse("schedule_invalid", first.fault);
  return {
    events: [scheduleFact("schedule.created", { target, content, name, plan, next: first.at })],
    timers: [ring(first.at)],
    reply: { id: facts.id, next: first.at },
  };
}

/** The timer is proof that the time has come, by the journal's clock; this node's may be behind. */
function fire(state: ScheduleState, planned: number, facts: Facts<unknown>): ScheduleDecision {
  const { task } = state;
  invariant(task, "K1 a schedule that fires was created");
  const now = Math.max(facts.now, planned);
  const { at, missed } = dueTime(task.plan, planned, now);
  const next = nextTime(task.plan, now);
  const { session, message_id, sends } = delivery(state, task.target, at);
  const events: ScheduleEvent[] = [
    scheduleFact("schedule.fired", { planned: at, missed, session, message_id, next }),
  ];
  if (next === null) events.push(scheduleFact("schedule.closed", { outcome: "done" }));
  return { events, sends, timers: next === null ? [] : [ring(next)] };
}

/** What goes out for one time. All ids are made of the schedule's and that time. */
function delivery(
  { id, content }: ScheduleState,
  target: NonNullable<ScheduleState["task"]>["target"],
  at: number,
): { session: string; message_id: string; sends: Send<SessionCommand>[] } {
  const message_id = `msg_${id}~${at}`;
  const session = "session" in target ? target.session : `ses_${id}~${at}`;
  const to = { type: "session", id: session };
  // Queued whatever the agent prefers: nobody is there to send it again, or to see a turn cut off.
  const message = { type: "message.send", message_id, content, on_busy: "queue" } as const;
  if ("session" in target) return { session, message_id, sends: [{ to, command: message }] };
  const metadata = { schedule: id, planned: new Date(at).toISOString() };
  const begin = { type: "session.create", agent: target.agent, metadata } as const;
  return { session, message_id, sends: [{ to, command: begin }, { to, command: message }] };
}

function pause({ id, phase }: ScheduleState): Outcome {
  if (phase === "closed") return refuse("schedule_closed", `Schedule ${id} is closed`);
  if (phase === "paused") return { events: [], reply: { id } };
  return {
    events: [scheduleFact("schedule.paused", {})],
    timers: [{ name: TIMER, at: null }],
    reply: { id },
  };
}

/** What came due during a pause was not wanted: the next time from now on counts. */
function resume({ id, phase, task }: ScheduleState, facts: Facts<unknown>): Outcome {
  if (phase === "closed") return refuse("schedule_closed", `Schedule ${id} is closed`);
  if (phase === "active") return { events: [], reply: { id } };
  invariant(task, "K2 a schedule that is paused was created");
  const first = firstTime(task.plan, facts.now);
  if ("fault" in first) return refuse("schedule_invalid", first.fault);
  return {
    events: [scheduleFact("schedule.resumed", { next: first.at })],
    timers: [ring(first.at)],
    reply: { id },
  };
}

function ring(at: number): TimerChange<ScheduleCommand> {
  return { name: TIMER, at, command: { type: "schedule.fire", planned: at } };
}
