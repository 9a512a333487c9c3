import assert from "node:assert/strict";
import type { LiveEntry } from "../port.ts";
import type { Fields } from "./append.ts";
import {
  answer,
  answerFields,
  egressFields,
  LIVE_EVENT_CHARS_MAX,
  liveEntry,
  liveFields,
  notice,
  noticeFields,
} from "./records.ts";

const ADDRESS = { tenant: "acme", type: "session", id: "ses_1" };
const EVENT = {
  seq: 3,
  type: "message.received",
  v: 2,
  payload: { content: 'é "quoted"\n', n: [1, null] },
  cause: "cmd_1",
  at: 1_700_000_000_123,
  hash: "abc",
};

function asRead(fields: Fields): Map<string, string> {
  assert.equal(fields.length % 2, 0);
  const read = new Map<string, string>();
  for (let i = 0; i < fields.length; i += 2) read.set(fields[i]!, fields[i + 1]!);
  return read;
}

function without(fields: Fields, name: string): Map<string, string> {
  const read = asRead(fields);
  assert.ok(read.delete(name), `${name} is one of the fields`);
  return read;
}

Deno.test("liveEntry() reads what liveFields() wrote", () => {
  const entries: LiveEntry[] = [
    { kind: "event", cursor: { seq: 3, n: 0 }, event: EVENT },
    { kind: "event", cursor: { seq: 3, n: 0 }, event: { ...EVENT, payload: null } },
    { kind: "delta", cursor: { seq: 3, n: 1 }, text: "", first: true },
    { kind: "delta", cursor: { seq: 3, n: 1_700_000_000_123_000 }, text: "kind", first: false },
    { kind: "reset", cursor: { seq: 3, n: 2 } },
  ];
  for (const entry of entries) assert.deepEqual(liveEntry(asRead(liveFields(entry))), entry);
});

Deno.test("liveFields() leaves a large payload to the journal", () => {
  const cursor = { seq: 3, n: 0 };
  const payload = "x".repeat(LIVE_EVENT_CHARS_MAX);
  const fields = asRead(liveFields({ kind: "event", cursor, event: { ...EVENT, payload } }));
  assert.equal(fields.has("event"), false);
  assert.ok(Number(fields.get("large")) > LIVE_EVENT_CHARS_MAX);
  assert.deepEqual(liveEntry(fields), { kind: "large", cursor });
});

Deno.test("liveEntry(), notice() and answer() leave out what they cannot read", () => {
  const event = liveFields({ kind: "event", cursor: { seq: 3, n: 0 }, event: EVENT });
  for (const name of ["kind", "seq", "n", "event"]) {
    assert.equal(liveEntry(without(event, name)), null, name);
  }
  const delta = liveFields({ kind: "delta", cursor: { seq: 1, n: 1 }, text: "a", first: true });
  assert.equal(liveEntry(without(delta, "text")), null);
  assert.equal(liveEntry(asRead([...event, "seq", "-1"])), null);
  assert.equal(liveEntry(asRead([...event, "event", "{"])), null);
  assert.equal(liveEntry(asRead([...event, "event", '{"type":"noted"}'])), null);
  for (const name of ["tenant", "type", "id"]) {
    assert.equal(notice(1, without(noticeFields({ partition: 1, address: ADDRESS }), name)), null);
  }
  const fields = answerFields({ address: ADDRESS, command_id: "cmd_1", reply: null });
  for (const name of ["tenant", "command", "reply"]) {
    assert.equal(answer(without(fields, name)), null);
  }
});

Deno.test("notice() and answer() read what was written", () => {
  const plain = { partition: 1, address: ADDRESS };
  const waited = { ...plain, waiting: { node: "node_1", command_id: "cmd_1" } };
  for (const one of [plain, waited]) assert.deepEqual(notice(1, asRead(noticeFields(one))), one);
  const handled = {
    address: ADDRESS,
    command_id: "cmd_1",
    reply: { reply: [null], repeated: true },
  };
  assert.deepEqual(answer(asRead(answerFields(handled))), handled);
});

Deno.test("egressFields() says what, where and when", () => {
  assert.deepEqual(Object.fromEntries(asRead(egressFields(ADDRESS, EVENT))), {
    tenant: "acme",
    session: "ses_1",
    seq: "3",
    type: "message.received",
    payload: JSON.stringify(EVENT.payload),
    at: "2023-11-14T22:13:20.123Z",
  });
});
