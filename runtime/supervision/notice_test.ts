import assert from "node:assert/strict";
import { encodeNotice } from "./notice.ts";

Deno.test("encodeNotice() writes one assignment a line", () => {
  assert.equal(encodeNotice({ phase: "ready", status: "Ready" }), "READY=1\nSTATUS=Ready");
  assert.equal(encodeNotice({ phase: "stopping" }), "STOPPING=1");
  assert.equal(encodeNotice({ alive: true }), "WATCHDOG=1");
});

Deno.test("encodeNotice() keeps a status to one line and to 500 characters", () => {
  assert.equal(
    encodeNotice({ status: "Degraded\nMAINPID=1\r\n\0STOPPING=1\n" }),
    "STATUS=Degraded MAINPID=1 STOPPING=1",
  );
  assert.equal(encodeNotice({ status: "😀".repeat(600) }), `STATUS=${"😀".repeat(500)}`);
});
