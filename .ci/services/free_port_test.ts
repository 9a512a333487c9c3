import assert from "node:assert/strict";
import { freePort } from "./free_port.ts";

Deno.test("freePort() is free, and below those that systems hand out", () => {
  const port = freePort();
  assert.ok(port < 32_768, `Found ${port}`);
  using listener = Deno.listen({ hostname: "127.0.0.1", port });
  assert.equal(listener.addr.port, port);
});
