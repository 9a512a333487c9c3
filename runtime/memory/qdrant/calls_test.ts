import assert from "node:assert/strict";
import { openQdrantMemory } from "./open.ts";
import { testOptions } from "./test_server.ts";

Deno.test("Answers are asked for uncompressed, with the API key if there is one", async () => {
  const seen: (string | null)[][] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ headers }) => {
      seen.push(["accept-encoding", "api-key"].map((name) => headers.get(name)));
      return new Response(null, { status: 404 });
    },
  );
  for (const key of [{}, { api_key: "right-key-0001" }]) {
    const url = `http://127.0.0.1:${server.addr.port}`;
    await using memory = openQdrantMemory(testOptions(url, key));
    await assert.rejects(memory.check(), { code: "memory_unavailable" });
  }
  assert.deepEqual(seen, [["identity", null], ["identity", "right-key-0001"]]);
});
