import assert from "node:assert/strict";
import { readDecision } from "./decision_body.ts";

Deno.test("readDecision() leaves out what was not entered", () => {
  assert.deepEqual(readDecision("approve", "  ", null), {
    ok: true,
    body: { decision: "approve" },
  });
  assert.deepEqual(readDecision("deny", " no ", null), {
    ok: true,
    body: { decision: "deny", reason: "no" },
  });
  assert.deepEqual(readDecision("treat_as_done", "", " "), {
    ok: true,
    body: { decision: "treat_as_done" },
  });
});

Deno.test("readDecision() hands over any JSON, null as well", () => {
  assert.deepEqual(readDecision("approve", "", '{"to":"a"}'), {
    ok: true,
    body: { decision: "approve", input: { to: "a" } },
  });
  assert.deepEqual(readDecision("treat_as_done", "", "null"), {
    ok: true,
    body: { decision: "treat_as_done", input: null },
  });
});

Deno.test("readDecision() refuses what is no JSON, and a changed input that is blank", () => {
  for (const text of ["{", "to: a", ""]) {
    const reading = readDecision("approve", "", text);
    assert.ok(!reading.ok, text);
    assert.ok(reading.fault.length > 0);
  }
});
