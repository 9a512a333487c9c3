import assert from "node:assert/strict";
import type { MemoryFilter } from "../port.ts";
import { pointFilter } from "./point_filter.ts";
import { pointId } from "./point.ts";

const ALL: Required<MemoryFilter> = {
  tenant: "acme",
  agent: "bot",
  session: "ses_1",
  kinds: ["fact", "episode", "fact"],
  ids: ["m1", "m2", "m1"],
  before: 2000,
};

Deno.test("pointFilter() names the tenant, and each field that is given", () => {
  const tenant = { key: "tenant", match: { value: "acme" } };
  assert.deepEqual(pointFilter({ tenant: "acme" }), { must: [tenant] });
  assert.deepEqual(pointFilter(ALL), {
    must: [
      tenant,
      { key: "agent", match: { value: "bot" } },
      { key: "session", match: { value: "ses_1" } },
      { key: "kind", match: { any: ["fact", "episode"] } },
      { has_id: [pointId("acme", "m1"), pointId("acme", "m2")] },
      { key: "at", range: { lt: 2000 } },
    ],
  });
});

Deno.test("pointFilter() knows what nothing can meet, and needs a tenant", () => {
  assert.equal(pointFilter({ tenant: "acme", ids: [] }), null);
  assert.equal(pointFilter({ tenant: "acme", kinds: [] }), null);
  assert.throws(() => pointFilter({} as MemoryFilter), /names a tenant/);
});
