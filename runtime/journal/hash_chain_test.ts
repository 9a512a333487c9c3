import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json } from "../../actors/behavior.ts";
import { canonicalJson } from "./canonical_json.ts";
import { GENESIS, hashEvent, verifyChain } from "./hash_chain.ts";
import type { JournalEvent } from "./port.ts";

const A = { tenant: "acme", type: "session", id: "ses_1" };

function chain(payloads: readonly Json[]): JournalEvent[] {
  let hash = GENESIS;
  return payloads.map((payload, i) => {
    const header = {
      seq: i + 1,
      type: "noted",
      v: 1,
      cause: `cmd_${i}`,
      at: 1_700_000_000_000 + i,
    };
    hash = hashEvent(hash, A, header, canonicalJson(payload));
    return { ...header, payload, hash };
  });
}

const EVENTS = chain([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);

/** Where verification of the sample finds the first fault after a change. */
function faultAfter(change: (events: JournalEvent[]) => JournalEvent[]): number | null {
  const verdict = verifyChain(A, change([...EVENTS]));
  return verdict.ok ? null : verdict.seq;
}

Deno.test("hashEvent() gives for ever the hash that stands in journals", () => {
  const header = { seq: 1, type: "message.received", v: 1, cause: "cmd_1", at: 1_700_000_000_000 };
  assert.equal(
    hashEvent(GENESIS, A, header, canonicalJson({ content: "é", message_id: "m" })),
    "005779cbde92534c100049bb6ece1b2284dbf2d1d7abfbfe62a944d0f61dd7aa",
  );
});

Deno.test("verifyChain() accepts a journal as it was written, and says where it ends", () => {
  const last = EVENTS.at(-1)!;
  assert.deepEqual(verifyChain(A, EVENTS), { ok: true, seq: 4, hash: last.hash });
  assert.deepEqual(verifyChain(A, []), { ok: true, seq: 0, hash: GENESIS });
});

Deno.test("verifyChain() goes on from an event that was verified before", () => {
  const [first, ...rest] = EVENTS;
  assert.deepEqual(verifyChain(A, rest, first), verifyChain(A, EVENTS));
  assert.equal(verifyChain(A, rest).ok, false);
});

Deno.test("verifyChain() does not mind the order of members", () => {
  const [event] = chain([{ a: 1, b: 2 }]);
  assert.ok(verifyChain(A, [{ ...event!, payload: { b: 2, a: 1 } }]).ok);
});

Deno.test("verifyChain() finds an edit of any part of an event", () => {
  const edits: Partial<JournalEvent>[] = [
    { payload: { n: 20 } },
    { type: "other" },
    { v: 2 },
    { cause: "cmd_9" },
    { at: 5 },
    { hash: EVENTS[2]!.hash },
  ];
  for (const edit of edits) {
    const found = faultAfter((events) => events.with(1, { ...events[1]!, ...edit }));
    assert.equal(found, 2, JSON.stringify(edit));
  }
});

Deno.test("verifyChain() finds an edit whose own hash was made to fit, at the next event", () => {
  const payload = { n: 20 };
  const forged = { ...EVENTS[1]!, payload };
  const hash = hashEvent(EVENTS[0]!.hash, A, forged, canonicalJson(payload));
  assert.equal(faultAfter((events) => events.with(1, { ...forged, hash })), 3);
});

Deno.test("verifyChain() finds events that were cut out, repeated or reordered", () => {
  assert.equal(faultAfter((events) => events.slice(1)), 1);
  assert.equal(faultAfter((events) => events.toSpliced(1, 1)), 2);
  assert.equal(faultAfter((events) => events.toSpliced(1, 0, events[0]!)), 2);
  assert.equal(faultAfter(([a, b, c, d]) => [a!, c!, b!, d!]), 2);
  // Also when they were numbered anew.
  const renumber = (events: JournalEvent[]) => events.map((event, i) => ({ ...event, seq: i + 1 }));
  assert.equal(faultAfter((events) => renumber(events.toSpliced(1, 1))), 2);
  assert.equal(faultAfter(([a, b, c, d]) => renumber([a!, c!, b!, d!])), 2);
});

Deno.test("verifyChain() finds the journal of one actor under the name of another", () => {
  for (const other of [{ tenant: "globex" }, { type: "schedule" }, { id: "ses_2" }]) {
    assert.equal(verifyChain({ ...A, ...other }, EVENTS).ok, false);
  }
});

Deno.test("verifyChain() accepts any JSON after a round trip through text", () => {
  fc.assert(fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), (payloads) => {
    const events = chain(payloads as Json[]);
    assert.ok(verifyChain(A, JSON.parse(JSON.stringify(events))).ok);
  }));
});
