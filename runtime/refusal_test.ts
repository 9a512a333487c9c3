import assert from "node:assert/strict";
import { refusal } from "./refusal.ts";

Deno.test("refusal() repeats no advice of Deno's, and leaves sockets to others", () => {
  const advice = new Deno.errors.NotCapable("run again with the --allow-all flag");
  assert.equal(refusal(advice), "this program may not use that place");
  const coded = (facts: object) => Object.assign(new Error("x"), facts);
  assert.equal(refusal(coded({ code: "EACCES" })), "permission denied");
  assert.equal(refusal(coded({ code: "EACCES", syscall: "connect" })), null);
  assert.equal(refusal(coded({ code: "ECONNREFUSED" })), null);
  assert.equal(refusal(new Error("x")), null);
});
