import assert from "node:assert/strict";
import { addressKey, partitionOf } from "./placement.ts";

Deno.test("partitionOf() gives for ever the partition that stands in journals", () => {
  const samples: readonly [tenant: string, type: string, id: string, of128: number, of8: number][] =
    [
      ["default", "session", "ses_1", 43, 3],
      ["default", "session", "ses_01hzy3m9p7q8r9s0t1v2w3x4y5", 90, 2],
      ["acme", "schedule", "daily", 19, 3],
      ["tenant-ü", "session", "日本", 93, 5],
      ["", "", "", 99, 3],
    ];
  for (const [tenant, type, id, of128, of8] of samples) {
    const found = [128, 8].map((count) => partitionOf({ tenant, type, id }, count));
    assert.deepEqual(found, [of128, of8], id);
  }
});

Deno.test("partitionOf() spreads actors evenly", () => {
  const counts = new Array<number>(128).fill(0);
  for (let i = 0; i < 12_800; i++) {
    counts[partitionOf({ tenant: "default", type: "session", id: `ses_${i}` }, 128)]! += 1;
  }
  assert.ok(Math.min(...counts) > 50 && Math.max(...counts) < 200, `${counts}`);
});

Deno.test("addressKey() tells actors apart", () => {
  assert.equal(addressKey({ tenant: "acme", type: "session", id: "a" }), "acme/session/a");
});
