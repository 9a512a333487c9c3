import assert from "node:assert/strict";
import { apiRoom, METRICS_ROOM } from "./connection_room.ts";

Deno.test("apiRoom() leaves room for all that may be open besides", () => {
  const metrics = METRICS_ROOM.connections + METRICS_ROOM.backlog;
  for (const descriptors of [400, 1000, 1024, 4096, 65_536, 1_048_576]) {
    const { connections, backlog } = apiRoom(descriptors);
    const left = descriptors - connections - backlog - metrics;
    assert.ok(left >= Math.max(128, descriptors / 4), `${descriptors}: ${left}`);
    assert.ok(connections >= 96, `${descriptors}: ${connections}`);
  }
});

Deno.test("apiRoom() always takes some, and any number where no limit is known", () => {
  assert.equal(apiRoom(100).connections, 64);
  assert.equal(apiRoom(null).connections, Infinity);
  assert.equal(apiRoom(Infinity).connections, Infinity);
});
