import assert from "node:assert/strict";
import { type Delivery, effectEnd, NOBODY } from "./delivery.ts";
import { Inbox } from "./inbox.ts";

function delivery(id: string, origin: Delivery["origin"], failed: string[] = []): Delivery {
  return {
    ...NOBODY,
    id,
    command: null,
    sender: "test",
    origin,
    digest: null,
    timer: null,
    attempts: 0,
    received_at: 0,
    fail: () => failed.push(id),
  };
}

Deno.test("Inbox keeps the order, and takes what is on its way already only if somebody waits", () => {
  const inbox = new Inbox();
  for (const origin of ["mailbox", "mailbox", "direct", "direct"] as const) {
    inbox.add(delivery("a", origin));
  }
  inbox.add(delivery("b", "timer"));
  assert.deepEqual(inbox.ids, ["a", "a", "a", "b"]);
  assert.deepEqual(inbox.first(2).map(({ origin }) => origin), ["mailbox", "direct"]);
  assert.equal(inbox.hasRows, true);
});

Deno.test("Inbox has early ones go before all others, however late they come", () => {
  const inbox = new Inbox();
  const failed: string[] = [];
  inbox.add(delivery("direct", "direct", failed));
  inbox.add(delivery("row", "mailbox", failed));
  for (const id of ["early 1", "early 2"]) inbox.add(delivery(id, "mailbox", failed), true);
  assert.deepEqual(inbox.ids, ["early 1", "early 2", "direct", "row"]);
  assert.deepEqual(inbox.first(1).map(({ id }) => id), ["early 1"]);
  inbox.delete(inbox.first(1)[0]!);
  assert.deepEqual([inbox.size, inbox.hasRows], [3, true]);
  inbox.failAll(new TypeError("gone"));
  assert.deepEqual([failed, inbox.size], [["early 2", "direct", "row"], 0]);
});

Deno.test("Inbox.failDirect() tells those who wait, and keeps what is stored", () => {
  const inbox = new Inbox();
  const failed: string[] = [];
  inbox.add(delivery("a", "direct", failed));
  inbox.add(delivery("b", "mailbox", failed));
  inbox.failDirect(new TypeError("away"));
  assert.deepEqual(failed, ["a"]);
  assert.deepEqual(inbox.ids, ["b"]);
  inbox.failAll(new TypeError("gone"));
  assert.deepEqual([failed, inbox.size], [["a", "b"], 0]);
});

Deno.test("Inbox.keepEnds() drops the ends of effects that are not owed", () => {
  const inbox = new Inbox();
  for (const id of ["one", "two"]) inbox.add(effectEnd(id, null, 0));
  inbox.add(delivery("c", "mailbox"));
  inbox.keepEnds([{ id: "two", kind: "job", policy: "once", input: null }]);
  assert.deepEqual(inbox.ids, [effectEnd("two", null, 0).id, "c"]);
});
