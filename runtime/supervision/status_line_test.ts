import assert from "node:assert/strict";
import { statusLine } from "./status_line.ts";

const URL = "http://127.0.0.1:8000";

Deno.test("statusLine() says where a node is, and what is not as it should be", () => {
  const ok = { status: "ok", detail: "fine" } as const;
  assert.equal(statusLine({ status: "ready", checks: { journal: ok } }, URL), `Ready at ${URL}`);
  assert.equal(
    statusLine({
      status: "degraded",
      checks: { journal: ok, streams: { status: "degraded", detail: "Redis: gone" } },
    }, URL),
    `Degraded at ${URL}; streams: Redis: gone`,
  );
  assert.equal(
    statusLine({ status: "not_ready", checks: { journal: { status: "failed" } } }, URL),
    `Not ready at ${URL}; journal: failed`,
  );
});
