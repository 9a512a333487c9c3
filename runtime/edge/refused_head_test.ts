import assert from "node:assert/strict";
import { refusedHead } from "./refused_head.ts";

const statusOf = (...rawHeaders: string[]) => refusedHead({ rawHeaders });

Deno.test("refusedHead() refuses more headers than can be gone through quickly", () => {
  const many = (n: number) => Array.from({ length: n }, (_, i) => [`X-${i}`, "a"]).flat();
  assert.equal(statusOf(...many(100)), null);
  assert.equal(statusOf(...many(101)), 431);
});

Deno.test("refusedHead() refuses two hosts, and none by a value that only looks like one", () => {
  assert.equal(statusOf("Host", "a", "host", "a"), 400);
  assert.equal(statusOf("Host", "host", "X", "Host"), null);
});

Deno.test("refusedHead() refuses a transfer coding that nobody here undoes", () => {
  assert.equal(statusOf("Host", "a", "Transfer-Encoding", "Chunked"), null);
  for (const coding of ["gzip, chunked", "gzip", "chunked, gzip", ""]) {
    assert.equal(statusOf("Host", "a", "transfer-encoding", coding), 501, coding);
  }
  assert.equal(statusOf("Transfer-Encoding", "gzip", "Transfer-Encoding", "chunked"), 501);
});
