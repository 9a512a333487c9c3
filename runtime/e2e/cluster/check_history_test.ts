import assert from "node:assert/strict";
import type { Json } from "../../../actors/behavior.ts";
import { canonicalJson } from "../../journal/canonical_json.ts";
import { GENESIS, hashEvent } from "../../journal/hash_chain.ts";
import type { JournalEvent } from "../../journal/port.ts";
import { checkHistory, type HistoryFaultKind } from "./check_history.ts";
import { type History, NOTE_SKILL, type SentMessage } from "./history.ts";

/** An event without what its place in the journal gives it. */
type Fact = Pick<JournalEvent, "type" | "payload">;

const SESSIONS = ["alpha", "beta"];
const MESSAGES = 6;

/** Messages 2 and 5 call the skill. */
function contentOf(session: string, n: number): string {
  const label = `${session}/${n}`;
  return n % 3 === 2 ? `/call ${NOTE_SKILL} ${JSON.stringify({ text: label })}` : label;
}

function fact(type: string, payload: Json): Fact {
  return { type, payload };
}

/** What one message makes of a session, as the engine writes it. */
function turnOf(session: string, n: number): Fact[] {
  const [turn, content] = [n + 1, contentOf(session, n)];
  const call = { call_id: `call_${n}`, skill: NOTE_SKILL };
  const key = keyOf(session, n);
  const skill = !content.startsWith("/call") ? [] : [
    fact("llm.completed", { call_id: `llm_${n}`, calls: [call] }),
    fact("skill.requested", call),
    fact("skill.started", { call_id: call.call_id, key }),
    fact("skill.completed", { call_id: call.call_id, via: "run" }),
  ];
  return [
    fact("message.received", { message_id: `msg_${session}_${n}`, content }),
    fact("turn.started", { turn, message_ids: [`msg_${session}_${n}`] }),
    ...skill,
    fact("llm.completed", { call_id: `llm_${n}_end`, calls: [] }),
    fact("turn.completed", { turn }),
  ];
}

function keyOf(session: string, n: number): string {
  return `session/${session}:${n}`;
}

function journal(session: string, facts: readonly Fact[]): JournalEvent[] {
  const address = { tenant: "default", type: "session", id: session };
  let hash = GENESIS;
  return facts.map(({ type, payload }, i) => {
    const header = { seq: i + 1, type, v: 1, cause: `cmd_${i}`, at: 1_700_000_000_000 + i };
    hash = hashEvent(hash, address, header, canonicalJson(payload));
    return { ...header, payload, hash };
  });
}

/** The facts of a session: what a defect is put into, so that the hashes still fit. */
function honestFacts(session: string): Fact[] {
  const turns = Array.from({ length: MESSAGES }, (_, n) => turnOf(session, n));
  return [fact("session.created", {}), ...turns.flat()];
}

function sentMessages(session: string): SentMessage[] {
  return Array.from({ length: MESSAGES }, (_, n) => ({
    session,
    n,
    content: contentOf(session, n),
    acknowledged: { message_id: `msg_${session}_${n}`, node: "n1", at: n, tries: 1 },
  }));
}

/** A run without a fault, but for what `spoil` does to the facts of the first session. */
function history(spoil: (facts: Fact[]) => Fact[] = (facts) => facts): History {
  return {
    sent: SESSIONS.flatMap(sentMessages),
    sessions: SESSIONS.map((session, i) => {
      const facts = honestFacts(session);
      const events = journal(session, i === 0 ? spoil(facts) : facts);
      return { session, status: "idle", events };
    }),
    runs: SESSIONS.flatMap((session) =>
      [2, 5].map((n) => ({ key: keyOf(session, n), text: `${session}/${n}` }))
    ),
  };
}

/** The history with other events in its first session, put there after they were hashed. */
function tampered(change: (events: JournalEvent[]) => JournalEvent[]): History {
  const whole = history();
  const [first, ...others] = whole.sessions;
  assert.ok(first);
  return { ...whole, sessions: [{ ...first, events: change([...first.events]) }, ...others] };
}

/** Asserts that something of this kind is found, in the session where it was hidden. */
function assertCaught(spoiled: History, kind: HistoryFaultKind, detail: RegExp): void {
  const faults = checkHistory(spoiled);
  assert.ok(
    faults.some((fault) => fault.kind === kind && detail.test(fault.detail)),
    `wanted ${kind} ${detail}, found ${JSON.stringify(faults)}`,
  );
  assert.deepEqual(new Set(faults.map(({ session }) => session)), new Set(["alpha"]));
}

/** Where the facts of a message begin. */
function at(facts: readonly Fact[], n: number): number {
  const id = `msg_alpha_${n}`;
  return facts.findIndex(({ payload }) =>
    (payload as { readonly message_id?: string }).message_id === id
  );
}

Deno.test("checkHistory() finds nothing wrong with a run without faults", () => {
  assert.deepEqual(checkHistory(history()), []);
});

Deno.test("checkHistory() allows a message without an acknowledgement to be there or not", () => {
  const whole = history();
  const unsure = (spoiled: History): History => ({
    ...spoiled,
    sent: spoiled.sent.map((message) =>
      message.n === MESSAGES - 1 ? { ...message, acknowledged: null } : message
    ),
  });
  assert.deepEqual(checkHistory(unsure(whole)), []);
  const absent = history((facts) => facts.slice(0, at(facts, MESSAGES - 1)));
  const runs = absent.runs.filter(({ text }) => text !== `alpha/${MESSAGES - 1}`);
  assert.deepEqual(checkHistory(unsure({ ...absent, runs })), []);
});

Deno.test("checkHistory() finds a message that was handled twice", () => {
  const again = turnOf("alpha", 1).map((one) =>
    one.type.startsWith("turn.") ? { ...one, payload: { ...one.payload as object, turn: 99 } } : one
  );
  const spoiled = history((facts) => [...facts, ...again]);
  assertCaught(spoiled, "twice", /message 1 is there 2 times/);
  // Even if the message is there once: two turns for it are one too many.
  const turns = history((facts) => [...facts, ...again.slice(1)]);
  assertCaught(turns, "turn", /msg_alpha_1 is in 2 turns/);
});

Deno.test("checkHistory() finds an acknowledged message that is not there", () => {
  const spoiled = history((facts) => facts.toSpliced(at(facts, 1), turnOf("alpha", 1).length));
  assertCaught(spoiled, "lost", /message 1, which n1 acknowledged as msg_alpha_1, is not there/);
  const nothing = history();
  const sessions = nothing.sessions.filter(({ session }) => session !== "alpha");
  assertCaught({ ...nothing, sessions }, "lost", /message 0/);
});

Deno.test("checkHistory() finds messages in another order than they were sent", () => {
  const spoiled = history((facts) => {
    const [from, length] = [at(facts, 0), turnOf("alpha", 0).length];
    const moved = facts.splice(from, length);
    return facts.toSpliced(from + length, 0, ...moved);
  });
  assertCaught(spoiled, "order", /message 0 came after 1/);
});

Deno.test("checkHistory() finds a message that nobody sent", () => {
  const spoiled = history((facts) => {
    const i = at(facts, 1);
    const payload = { ...facts[i]!.payload as object, content: "other words" };
    return facts.with(i, { ...facts[i]!, payload });
  });
  assertCaught(spoiled, "stranger", /nobody sent "other words"/);
});

Deno.test("checkHistory() finds a gap and a fork in the numbers", () => {
  assertCaught(tampered((events) => events.toSpliced(4, 1)), "gap", /event 5 has the number 6/);
  const fork = tampered((events) => events.toSpliced(4, 0, events[4]!));
  assertCaught(fork, "gap", /event 6 has the number 5/);
});

Deno.test("checkHistory() finds an event that was edited", () => {
  const edited = tampered((events) =>
    events.with(3, { ...events[3]!, payload: { call_id: "llm_0_end", calls: [], more: 1 } })
  );
  assertCaught(edited, "chain", /Event 4 has the hash/);
});

Deno.test("checkHistory() finds turns that never end, and sessions that do not come to rest", () => {
  assertCaught(history((facts) => facts.slice(0, -1)), "turn", /turn 6 ended 0 times/);
  const busy = history();
  const sessions = busy.sessions.map((one, i) => i === 0 ? { ...one, status: "running" } : one);
  assertCaught({ ...busy, sessions }, "turn", /the session is running/);
});

Deno.test("checkHistory() finds a call that ended twice", () => {
  const spoiled = history((facts) => {
    const i = facts.findIndex(({ type }) => type === "skill.completed");
    return facts.toSpliced(i, 0, facts[i]!);
  });
  assertCaught(spoiled, "call", /call call_2 ended 2 times/);
});

Deno.test("checkHistory() finds a side effect that came twice, from nowhere, or not at all", () => {
  const whole = history();
  const runs = (change: History["runs"]) => ({ ...whole, runs: change });
  assertCaught(
    runs([...whole.runs, { key: keyOf("alpha", 2), text: "alpha/2" }]),
    "side_effect",
    /alpha\/2 was done 2 times/,
  );
  assertCaught(
    runs([...whole.runs, { key: "session/alpha:77", text: "alpha/77" }]),
    "side_effect",
    /alpha\/77 was done under session\/alpha:77, which never started/,
  );
  assertCaught(
    runs(whole.runs.filter(({ text }) => text !== "alpha/2")),
    "side_effect",
    /call session\/alpha:2 was never done/,
  );
});
