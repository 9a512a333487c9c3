/**
 * P7, from the journal: each timer fires once, never early by the journal's clock, and only if it
 * stands.
 *
 * @module
 */
import { addressKey } from "../engine/placement.ts";
import type { ActorCommit } from "../journal/port.ts";
import { broken, type Fault } from "./fault.ts";
import type { History } from "./history.ts";
import { EPOCH_MS } from "./virtual_clock.ts";

/** P7. */
export function checkTimers({ journal }: History): Fault[] {
  const faults: Fault[] = [];
  /** The timers that stand, by actor and name. */
  const standing = new Map<string, number>();
  for (const { part, outcome, at } of journal.commits) {
    if (outcome !== "committed" || part.address.type !== "ledger") continue;
    for (const fired of firedBy(part)) {
      const key = `${addressKey(part.address)} ${fired.name}`;
      const what = `timer ${fired.name} of ${addressKey(part.address)}, set for ${fired.at},`;
      const say = (how: string) =>
        faults.push(broken(`P7 ${what} ${how}`, at - EPOCH_MS, addressKey(part.address)));
      if (standing.get(key) !== fired.at) say("fired and does not stand");
      if (at < fired.at) say(`fired at ${at}`);
      standing.delete(key);
    }
    for (const { type, payload } of part.events) {
      if (type !== "reminded") continue;
      const { name, at } = payload as { readonly name: string; readonly at: number };
      standing.set(`${addressKey(part.address)} ${name}`, at);
    }
  }
  const left = standing.entries().map(([key, at]) =>
    broken(`P7 timer ${key}, set for ${at}, never fired`, null, key.split(" ")[0]!)
  );
  return [...faults, ...left];
}

/** The timers whose commands a commit handled. */
function firedBy({ events }: ActorCommit): { readonly name: string; readonly at: number }[] {
  return events.flatMap(({ cause }) => {
    const [, name, at] = /^timer:(.*):(\d+)$/.exec(cause) ?? [];
    return name === undefined ? [] : [{ name, at: Number(at) }];
  });
}
