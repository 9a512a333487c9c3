/**
 * What is left of a run for the checks.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { JournalEvent } from "../journal/port.ts";
import type { EffectStart } from "./effect_world.ts";
import type { Fault } from "./fault.ts";
import type { FaultPlan } from "./faults.ts";
import type { Operation } from "./operations.ts";
import type { VirtualJournal } from "./virtual_journal.ts";
import type { HandedOn, Shown } from "./virtual_streams.ts";

/** What is left of a run. */
export interface History {
  readonly seed: number;
  readonly plan: FaultPlan;
  readonly journal: Pick<VirtualJournal, "tables" | "commits">;
  readonly operations: readonly Operation[];
  readonly starts: readonly EffectStart[];
  readonly shown: readonly Shown[];
  readonly handedOn: readonly HandedOn[];
  /** What was noticed while it ran. */
  readonly noticed: readonly Fault[];
  readonly simulated_ms: number;
  /** How many events the scheduler had. */
  readonly events: number;
  readonly digest: string;
}

/** The events of an actor, as they are in the journal in the end. */
export function eventsOf({ journal }: History, address: Address): readonly JournalEvent[] {
  const { tenant, type, id } = address;
  return journal.tables.actors.get(`${tenant}/${type}/${id}`)?.events ?? [];
}
