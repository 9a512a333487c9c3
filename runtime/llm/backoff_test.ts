import assert from "node:assert/strict";
import fc from "fast-check";
import { backoffMs, RETRY_AFTER_MS_MAX } from "./backoff.ts";

const settings = { base_ms: 100, max_ms: 1000 };

Deno.test("backoffMs() doubles its bound up to the maximum", () => {
  const bounds = [1, 2, 3, 4, 5, 60].map((tries) => backoffMs(settings, { tries, random: 1 }));
  assert.deepEqual(bounds, [100, 200, 400, 800, 1000, 1000]);
});

Deno.test("backoffMs() never waits less than the provider asks, nor longer than its bounds", () => {
  const given = fc.record({
    tries: fc.integer({ min: 1, max: 1000 }),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    retryAfterMs: fc.integer({ min: 0, max: 86_400_000 }),
  });
  fc.assert(fc.property(given, (one) => {
    const wait = backoffMs(settings, one);
    assert.ok(wait >= Math.min(one.retryAfterMs, RETRY_AFTER_MS_MAX));
    assert.ok(wait <= RETRY_AFTER_MS_MAX + settings.max_ms);
  }));
});
