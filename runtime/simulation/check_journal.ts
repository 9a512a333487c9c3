/**
 * P3, from the journal: one writer for each actor, no gap, no fork, nothing shown that is not there, and
 * all of it handed on once, in order.
 *
 * @module
 */
import { addressKey } from "../engine/placement.ts";
import { verifyChain } from "../journal/hash_chain.ts";
import { broken, type Fault } from "./fault.ts";
import { eventsOf, type History } from "./history.ts";
import { EPOCH_MS } from "./virtual_clock.ts";

/** P3. */
export function checkJournal(history: History): Fault[] {
  return [
    ...checkChains(history),
    ...checkEpochs(history),
    ...checkShown(history),
    ...checkHandedOn(history),
  ];
}

function checkChains({ journal }: History): Fault[] {
  return journal.tables.actors.values().toArray().flatMap(({ record, events }) => {
    const verdict = verifyChain(record.address, events);
    const who = addressKey(record.address);
    if (!verdict.ok) return [broken(`P3 ${who}: ${verdict.reason}`, null, who)];
    if (verdict.seq === record.seq) return [];
    return [broken(`P3 ${who} ends at ${verdict.seq}, not ${record.seq}`, null, who)];
  });
}

/** Whatever is written is written under the right that is in force. */
function checkEpochs({ journal }: History): Fault[] {
  return journal.commits.filter(({ outcome, part, epoch }) =>
    outcome === "committed" && part.epoch !== epoch
  ).map(({ part, epoch, at }) => {
    const who = addressKey(part.address);
    const what = `P3 ${who} was written under epoch ${part.epoch}, and ${epoch} was in force`;
    return broken(what, at - EPOCH_MS, who);
  });
}

/** What was shown to somebody was in the journal by then, and still is. */
function checkShown(history: History): Fault[] {
  const written = new Map<string, number>();
  for (const [i, { part, outcome }] of history.journal.commits.entries()) {
    if (outcome !== "committed") continue;
    for (const { hash } of part.events) written.set(hash, i);
  }
  return history.shown.filter(({ address, event, commits }) =>
    (written.get(event.hash) ?? Infinity) >= commits ||
    eventsOf(history, address)[event.seq - 1]?.hash !== event.hash
  ).map(({ address, event, at }) => {
    const who = addressKey(address);
    return broken(`P1 event ${event.seq} of ${who} was shown before it was journaled`, at, who);
  });
}

/** Other systems were given every event once, in order for each actor. */
function checkHandedOn({ journal, handedOn }: History): Fault[] {
  const given = new Map<string, string[]>();
  for (const { address, events } of handedOn) {
    const key = addressKey(address);
    given.set(key, [...given.get(key) ?? [], ...events.map(({ hash }) => hash)]);
  }
  return [...journal.tables.actors].filter(([key, { events }]) =>
    events.map(({ hash }) => hash).join() !== given.get(key)?.join()
  ).map(([key]) =>
    broken(`P3 the events of ${key} were not handed on each once, in order`, null, key)
  );
}
