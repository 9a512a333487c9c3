import assert from "node:assert/strict";
import { windowCallIds, wireInput, wireName } from "./window_calls.ts";

Deno.test("windowCallIds() numbers the calls of the window in order", () => {
  const call = (id: string) => ({ id, skill: "clock", input: {} });
  const idOf = windowCallIds([
    { role: "user", content: "hello" },
    { role: "assistant", text: "", calls: [call("m.1/0"), call("m.1/1")] },
    { role: "tool", call_id: "m.1/0", content: "1", failed: false },
    { role: "tool", call_id: "m.1/1", content: "2", failed: false },
    { role: "assistant", text: "", calls: [call("m.2/0")] },
  ]);
  assert.deepEqual(["m.1/0", "m.1/1", "m.2/0"].map(idOf), ["call_1", "call_2", "call_3"]);
});

Deno.test("wireName() makes any name one that providers take", () => {
  assert.equal(wireName("http_fetch"), "http_fetch");
  assert.equal(wireName("run shell!"), "run_shell_");
  assert.equal(wireName("x".repeat(100)).length, 64);
  assert.equal(wireName(""), "unnamed");
});

Deno.test("wireInput() makes any input an object", () => {
  assert.deepEqual(wireInput({ a: 1 }), { a: 1 });
  assert.deepEqual(wireInput('{"a":'), { unreadable: '{"a":' });
  assert.deepEqual(wireInput([1]), { unreadable: [1] });
  assert.deepEqual(wireInput(null), { unreadable: null });
});
