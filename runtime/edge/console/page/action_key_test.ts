import assert from "node:assert/strict";
import { continueAction } from "./action_key.ts";

Deno.test("continueAction() keeps the key of what is sent again, and takes another for anything else", () => {
  let keys = 0;
  const newKey = () => `key_${++keys}`;
  const first = continueAction(null, "send hello", newKey);
  assert.deepEqual(first, { what: "send hello", key: "key_1" });
  assert.equal(continueAction(first, "send hello", newKey), first);
  assert.deepEqual(continueAction(first, "send hullo", newKey).key, "key_2");
  assert.deepEqual(continueAction(null, "send hello", newKey).key, "key_3");
});
