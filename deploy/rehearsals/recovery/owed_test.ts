import assert from "node:assert/strict";
import type { History, SentMessage } from "../../../runtime/e2e/cluster/history.ts";
import { canonicalJson } from "../../../runtime/journal/canonical_json.ts";
import { GENESIS, hashEvent } from "../../../runtime/journal/hash_chain.ts";
import type { JournalEvent } from "../../../runtime/journal/port.ts";
import { judge } from "./owed.ts";

const SESSION = "talk-1";

/** Message `n` was acknowledged at `n` milliseconds. */
function message(n: number): SentMessage {
  const acknowledged = { message_id: `msg_${n}`, node: "n1", at: n, tries: 1 };
  return { session: SESSION, n, content: `${SESSION}/${n}`, acknowledged };
}

/** A run of nine messages, of which the journal has those. */
function run(kept: readonly number[]): History {
  const facts = kept.flatMap((n, i) => [
    { type: "message.received", payload: { message_id: `msg_${n}`, content: `${SESSION}/${n}` } },
    { type: "turn.started", payload: { turn: i + 1, message_ids: [`msg_${n}`] } },
    { type: "turn.completed", payload: { turn: i + 1 } },
  ]);
  const address = { tenant: "default", type: "session", id: SESSION };
  let hash = GENESIS;
  const events = facts.map(({ type, payload }, i): JournalEvent => {
    const header = { seq: i + 1, type, v: 1, cause: `cmd_${i}`, at: i };
    hash = hashEvent(hash, address, header, canonicalJson(payload));
    return { ...header, payload, hash };
  });
  const sent = Array.from({ length: 9 }, (_, n) => message(n));
  return { sent, sessions: [{ session: SESSION, status: "idle", events }], runs: [] };
}

/** Messages 3, 4 and 5 were acknowledged in the part that is forgotten. */
const FORGOTTEN = { from: 3, to: 6 };

Deno.test("judge() owes nothing of the part that is forgotten, and all the rest", () => {
  const kinds = (kept: number[]) => judge(run(kept), FORGOTTEN).faults.map(({ kind }) => kind);
  assert.deepEqual(kinds([0, 1, 2, 6, 7, 8]), []);
  assert.deepEqual(kinds([0, 1, 2, 3, 4, 5, 6, 7, 8]), []);
  assert.deepEqual(kinds([0, 1, 2, 4, 6, 7, 8]), []);
  assert.deepEqual(kinds([0, 2, 6, 7, 8]), ["lost"], "one before the point");
  assert.deepEqual(kinds([0, 1, 2, 7, 8]), ["lost"], "one after the destruction");
  assert.deepEqual(kinds([0, 2, 1, 6, 7, 8]), ["order"]);
  assert.deepEqual(kinds([0, 1, 2, 4, 3, 6, 7, 8]), ["order"], "also in the part between");
  assert.ok(kinds([0, 1, 1, 2, 6, 7, 8]).includes("twice"));
});

Deno.test("judge() counts what was acknowledged when, and what is gone", () => {
  const { before, between, gone, after } = judge(run([0, 1, 2, 4, 6, 7, 8]), FORGOTTEN);
  assert.deepEqual([before, between, gone, after], [3, 3, 2, 3]);
});
