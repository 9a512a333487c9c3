import assert from "node:assert/strict";
import { retryAfterMs } from "./retry_after.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const read = (headers: Record<string, string>) => retryAfterMs(new Headers(headers), NOW);

Deno.test("retryAfterMs() reads seconds, milliseconds and HTTP dates", () => {
  assert.equal(read({ "retry-after": "7" }), 7000);
  assert.equal(read({ "retry-after": "0.5" }), 500);
  assert.equal(read({ "retry-after-ms": "250", "retry-after": "7" }), 250);
  assert.equal(read({ "retry-after": "Thu, 01 Jan 2026 00:00:30 GMT" }), 30_000);
});

Deno.test("retryAfterMs() takes a date in the past for now", () => {
  assert.equal(read({ "retry-after": "Wed, 31 Dec 2025 00:00:00 GMT" }), 0);
});

Deno.test("retryAfterMs() ignores what it cannot read", () => {
  assert.equal(read({}), undefined);
  assert.equal(read({ "retry-after": "soon" }), undefined);
  assert.equal(read({ "retry-after": "-3x" }), undefined);
  assert.equal(retryAfterMs(undefined, NOW), undefined);
});
