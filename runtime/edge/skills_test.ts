import assert from "node:assert/strict";
import { testEdge } from "./testing.ts";

Deno.test("GET skills lists the skills, and the files that could not be loaded", async () => {
  const { call } = await testEdge();
  const { status, body } = await call("GET", "/api/v1/skills");
  assert.equal(status, 200);
  assert.deepEqual(body.items.map(({ name }: { name: string }) => name), ["send_mail"]);
  assert.deepEqual(body.faults, [{ file: "broken.ts", reason: "no default export" }]);
  assert.equal(body.next, null);
});

Deno.test("POST skills/reload reads the folder and answers with what there is then", async () => {
  let loaded = false;
  const { call } = await testEdge({
    skills: {
      reload: () => Promise.resolve(void (loaded = true)),
      faults: () => loaded ? [] : [{ file: "broken.ts", reason: "not yet" }],
    },
  });
  assert.equal((await call("GET", "/api/v1/skills")).body.faults.length, 1);
  const key = { "idempotency-key": "k" };
  for (const body of [undefined, {}]) {
    const answer = await call("POST", "/api/v1/skills/reload", body, key);
    assert.equal(answer.status, 200);
    assert.deepEqual([answer.body.items.length, answer.body.faults], [1, []]);
  }
});

Deno.test("POST skills/reload needs the key", async () => {
  let reloads = 0;
  const reload = () => Promise.resolve(void reloads++);
  const { call } = await testEdge({ api_key: "0123456789abcdef", skills: { reload } });
  assert.equal((await call("POST", "/api/v1/skills/reload")).status, 401);
  assert.equal(reloads, 0);
});
