import assert from "node:assert/strict";
import { ingressCommand } from "./ingress_entry.ts";

const LIMITS = { message_bytes: 1024, request_bytes: 4096 };
const MESSAGE = {
  id: "order-1",
  session: "ses_1",
  type: "message.send",
  payload: '{"content":"hello"}',
};

function command(fields: Record<string, string>) {
  return ingressCommand("1-0", new Map(Object.entries(fields)), LIMITS);
}

function refuses(change: Record<string, string | undefined>, code: string, message: RegExp): void {
  const fields = Object.entries({ ...MESSAGE, ...change })
    .filter((field): field is [string, string] => field[1] !== undefined);
  assert.throws(() => command(Object.fromEntries(fields)), { code, message }, String(message));
}

Deno.test("ingressCommand() makes a message of an entry, as the API would", () => {
  const { address, command: sent, id, digest, sender } = command(MESSAGE);
  assert.deepEqual(address, { tenant: "default", type: "session", id: "ses_1" });
  assert.match(id, /^ing_[0-9a-f]{64}$/);
  const message_id = `msg_${id.slice(4, 36)}`;
  assert.deepEqual(sent, { type: "message.send", message_id, content: "hello", on_busy: null });
  assert.match(digest, /^[0-9a-f]{64}$/);
  assert.equal(sender, "ingress");
});

Deno.test("ingressCommand() takes a tenant, and what to do during a turn", () => {
  const payload = '{"content":"hello","on_busy":"interrupt"}';
  const { address, command: sent } = command({ ...MESSAGE, tenant: "acme", payload });
  assert.equal(address.tenant, "acme");
  assert.partialDeepStrictEqual(sent, { on_busy: "interrupt" });
});

Deno.test("ingressCommand() cancels turns and closes sessions", () => {
  assert.deepEqual(command({ ...MESSAGE, type: "turn.cancel", payload: "{}" }).command, {
    type: "turn.cancel",
    reason: "Cancelled by a caller",
  });
  const payload = '{"reason":"done"}';
  assert.deepEqual(command({ ...MESSAGE, type: "session.close", payload }).command, {
    type: "session.close",
    reason: "done",
  });
});

Deno.test("ingressCommand() needs no payload where nothing has to be said", () => {
  const { payload: _, ...bare } = MESSAGE;
  for (const type of ["turn.cancel", "session.close"]) {
    const sent = command({ ...bare, type });
    assert.deepEqual(sent, command({ ...bare, type, payload: "{}" }));
    assert.partialDeepStrictEqual(sent.command, { type });
  }
});

Deno.test("ingressCommand() knows an entry again, by tenant, session and id", () => {
  const ids = [
    MESSAGE,
    { ...MESSAGE, id: "order-2" },
    { ...MESSAGE, session: "ses_2" },
    { ...MESSAGE, tenant: "acme" },
  ].map((fields) => command(fields).id);
  assert.equal(new Set(ids).size, ids.length);
  const same = command(MESSAGE);
  assert.deepEqual(same, command({ ...MESSAGE, tenant: "default" }));
  const other = command({ ...MESSAGE, payload: '{"content":"other"}' });
  assert.equal(other.id, same.id);
  assert.notEqual(other.digest, same.digest);
});

Deno.test("ingressCommand() refuses what the API would refuse, and says why", () => {
  refuses({ id: undefined }, "invalid_request", /entry\.id/);
  refuses({ id: "two words" }, "invalid_request", /entry\.id: Wanted 1 to 255 visible ASCII/);
  refuses({ session: "a/b" }, "invalid_request", /entry\.session/);
  refuses({ session: undefined }, "invalid_request", /entry\.session/);
  refuses({ tenant: "a b" }, "invalid_request", /entry\.tenant/);
  refuses({ type: "llm.complete" }, "invalid_request", /entry\.type/);
  refuses({ type: "approval.decide" }, "invalid_request", /entry\.type/);
  refuses({ payload: undefined }, "invalid_request", /payload\.content/);
  refuses({ payload: "{" }, "invalid_request", /payload: Is not JSON/);
  refuses({ payload: "[]" }, "invalid_request", /payload/);
  refuses({ payload: '{"content":""}' }, "invalid_request", /payload\.content/);
  refuses({ payload: '{"content":"a","more":1}' }, "invalid_request", /payload/);
  refuses({ sessoin: "ses_1" }, "invalid_request", /entry/);
  const long = JSON.stringify({ content: "é".repeat(600) });
  refuses({ payload: long }, "payload_too_large", /payload\.content/);
  refuses({ payload: "x".repeat(5000) }, "payload_too_large", /^payload has/);
});
