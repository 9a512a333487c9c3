import assert from "node:assert/strict";
import { canonicalJson } from "../journal/canonical_json.ts";
import { GENESIS, hashEvent } from "../journal/hash_chain.ts";
import {
  type StoredActor,
  type StoredEvent,
  type StoredRows,
  verifyStore,
} from "./verify_store.ts";

/** An actor with that many events. */
function history(key: number, count: number) {
  const address = { tenant: "acme", type: "session", id: `ses_${key}` };
  const events: StoredEvent[] = [];
  let hash = GENESIS;
  for (let seq = 1; seq <= count; seq++) {
    const header = { seq, type: "noted", v: 1, cause: "c", at: 1 };
    hash = hashEvent(hash, address, header, canonicalJson({ seq }));
    events.push({ key, event: { ...header, payload: { seq }, hash } });
  }
  const actor: StoredActor = { key, address, seq: count, hash, purged: false };
  return { actor, events };
}

/** A store of rows in memory. */
function storeOf(actors: readonly StoredActor[], events: readonly StoredEvent[]): StoredRows {
  return {
    actors: (after, limit) =>
      Promise.resolve(actors.filter(({ key }) => key > after).slice(0, limit)),
    events: (after, last, limit) =>
      Promise.resolve(
        events.filter(({ key, event }) =>
          key <= last && (key > after.key || key === after.key && event.seq > after.seq)
        ).slice(0, limit),
      ),
  };
}

const [LONG, ...SHORT] = [
  history(1, 2500),
  ...Array.from({ length: 600 }, (_, i) => history(i + 2, 1)),
];
assert.ok(LONG);
const ALL = [LONG, ...SHORT];
const ACTORS = ALL.map(({ actor }) => actor);
const EVENTS = ALL.flatMap(({ events }) => events);

Deno.test("verifyStore() reads all actors and events, page by page", async () => {
  assert.deepEqual(await verifyStore(storeOf(ACTORS, EVENTS)), { actors: 601, events: 3100 });
  assert.deepEqual(await verifyStore(storeOf([], [])), { actors: 0, events: 0 });
});

Deno.test("verifyStore() finds what was edited, lost in the middle, cut off or added", async () => {
  const edited = EVENTS.map((one) =>
    one.key === 300 ? { ...one, event: { ...one.event, payload: { seq: 2 } } } : one
  );
  const added = EVENTS.filter(({ key }) => key !== 300).concat(history(300, 2).events)
    .sort((a, b) => a.key - b.key || a.event.seq - b.event.seq);
  const cases = [
    [edited, /session\/ses_300 .* its content gives/],
    [EVENTS.filter((_, i) => i !== 1700), /ses_1 .*Event 1701 is missing/],
    [EVENTS.slice(0, -1), /ses_601 .*It has 0 events, its row says 1/],
    [added, /ses_300 .*It has 2 events, its row says 1/],
  ] as const;
  for (const [events, message] of cases) {
    await assert.rejects(verifyStore(storeOf(ACTORS, events)), {
      code: "journal_corrupt",
      message,
    });
  }
});

Deno.test("verifyStore() lets actors be whose events are being deleted", async () => {
  const half = ACTORS.map((actor) => actor.key === 1 ? { ...actor, purged: true } : actor);
  const found = await verifyStore(storeOf(half, EVENTS.slice(1000)));
  assert.deepEqual(found, { actors: 600, events: 600 });
});
