/**
 * Carries out the effects with which a session asks for what only the journal knows. To ask changes
 * nothing, so a crash has them asked again; while the journal is away, they wait for it.
 *
 * @module
 */
import type { Address, Effect } from "../../actors/behavior.ts";
import type { CommandOf, SessionCommand } from "../../actors/session/commands.ts";
import type { AgentLookup, SchedulesLookup } from "../../actors/session/model_request.ts";
import type { KnownSchedule } from "../../actors/session/values.ts";
import type { Clock } from "../clock.ts";
import { findAgent } from "../edge/lookup.ts";
import { openSchedules, scheduleBody } from "../edge/schedule_records.ts";
import type { EffectContext, EffectHandler } from "../engine/effect_handler.ts";
import { errorCode, errorMessage, SynapseError } from "../errors.ts";
import type { ActorRecord, AgentStore, Directory } from "../journal/directory_port.ts";
import { JournalUnavailable } from "../journal/port.ts";

/** Milliseconds before a journal that is away is asked again. */
const ASK_AGAIN_MS = 500;

/** What the handlers are made of. */
export interface LookupEffectOptions {
  readonly journal: AgentStore & Directory;
  readonly clock: Pick<Clock, "sleep">;
  /** `schedules_per_session`: how many of each status are looked for. */
  readonly limits: { readonly schedules_per_session: number };
}

/** The handlers of the effects `agent` and `schedules`. */
export interface LookupEffects {
  /** Ends in `child.spawn`, or in `skill.fail` when there is no such agent. */
  readonly agent: EffectHandler;
  /** Ends in `schedules.found`. */
  readonly schedules: EffectHandler;
}

/** Makes the handlers. */
export function createLookupEffects(options: LookupEffectOptions): LookupEffects {
  const { journal, clock, limits } = options;
  return {
    agent: asked(clock, async (effect, { tenant }): Promise<SessionCommand> => {
      const { call_id, agent: name } = effect.input as AgentLookup;
      return { type: "child.spawn", call_id, agent: await findAgent(journal, tenant, name) };
    }),
    schedules: asked(clock, async (effect, address): Promise<SessionCommand> => {
      const { call_id } = effect.input as SchedulesLookup;
      const records = await openSchedules(journal, address, limits.schedules_per_session);
      return { type: "schedules.found", call_id, schedules: records.map(known) };
    }),
  };
}

function asked(
  clock: Pick<Clock, "sleep">,
  ask: (effect: Effect, address: Address) => Promise<SessionCommand>,
): EffectHandler {
  const run = async (effect: Effect, { address, signal }: EffectContext): Promise<unknown> => {
    for (;;) {
      try {
        return await ask(effect, address);
      } catch (error) {
        // Aborted, nobody wants the answer any more.
        if (error instanceof SynapseError && error.code === "agent_not_found" || signal.aborted) {
          return failure(effect, error);
        }
        if (!(error instanceof JournalUnavailable)) throw error;
        await clock.sleep(ASK_AGAIN_MS, signal);
      }
    }
  };
  return { run, settle: run, failed: failure };
}

function failure(effect: Effect, error: unknown): CommandOf<"skill.fail"> {
  const { call_id } = effect.input as { readonly call_id: string };
  const fault = { code: errorCode(error), message: errorMessage(error) };
  return { type: "skill.fail", call_id, error: fault, ms: 0 };
}

function known(record: ActorRecord): KnownSchedule {
  const { id, name, status, content, cron, time_zone, next } = scheduleBody(record);
  return {
    id,
    name,
    status,
    content,
    cron,
    time_zone,
    next: next === null ? null : Date.parse(next),
  };
}
