/**
 * P4 and P5, from the effects' own record: each is started while it is owed, one that must not be
 * repeated at most once, and none after its end is journaled.
 *
 * @module
 */
import type { EventBody } from "../../actors/behavior.ts";
import { session } from "../../actors/session/behavior.ts";
import { LEDGER } from "../engine/ledger_actor.ts";
import { addressKey } from "../engine/placement.ts";
import type { AnyBehavior } from "../engine/step.ts";
import type { ActorCommit } from "../journal/port.ts";
import { broken, type Fault } from "./fault.ts";
import type { History } from "./history.ts";

/** When an effect was owed: the commits that began and ended that. */
interface Owed {
  readonly from: number;
  until: number;
}

const BEHAVIORS: Readonly<Record<string, AnyBehavior>> = {
  ledger: LEDGER,
  session: session as AnyBehavior,
};

/** P4 and P5. */
export function checkEffects(history: History): Fault[] {
  const owed = owedEffects(history);
  const once = new Map<string, number>();
  return history.starts.flatMap(({ address, id, policy, commits, by, at }) => {
    const actor = addressKey(address);
    const key = `${actor} ${id}`;
    const starts = (once.get(key) ?? 0) + 1;
    once.set(key, starts);
    const found = owed.get(key);
    const say = (promise: string, how: string) =>
      broken(`${promise} effect ${id} of ${actor} was started by ${by} ${how}`, at, actor, id, by);
    const faults: Fault[] = [];
    if (policy === "once" && starts > 1) faults.push(say("P5", `as start number ${starts}`));
    if (!found || found.from >= commits) faults.push(say("P5", "before the commit that owes it"));
    // A first start may cross the commit that cancels it on its way back; a second one repeats work.
    const repeats = starts > 1 || policy === "once";
    if (found && found.until < commits && repeats) {
      faults.push(say("P4", "after its end was journaled"));
    }
    return faults;
  });
}

/** When each effect was owed, by replaying the commits. */
function owedEffects({ journal }: History): ReadonlyMap<string, Owed> {
  const owed = new Map<string, Owed>();
  const states = new Map<string, unknown>();
  for (const [i, { part, outcome }] of journal.commits.entries()) {
    const behavior = BEHAVIORS[part.address.type];
    if (outcome !== "committed" || part.events.length === 0 || !behavior) continue;
    const actor = addressKey(part.address);
    const before = states.get(actor) ?? behavior.initial(part.address.id);
    const after = replay(behavior, before, part);
    states.set(actor, after);
    const pending = new Set(behavior.pending(after).map(({ id }) => id));
    for (const { id } of behavior.pending(before)) {
      const entry = owed.get(`${actor} ${id}`);
      if (entry && !pending.has(id)) entry.until = i;
    }
    for (const id of pending) {
      const key = `${actor} ${id}`;
      if (!owed.has(key)) owed.set(key, { from: i, until: Infinity });
    }
  }
  return owed;
}

function replay(behavior: AnyBehavior, before: unknown, { events }: ActorCommit): unknown {
  return events.reduce((state, { type, v, payload, at, seq }) => {
    const event: EventBody = behavior.parseEvent(type, v, payload);
    return behavior.evolve(state, event, at, seq);
  }, before);
}
