import assert from "node:assert/strict";
import { startServices } from "./services.ts";

Deno.test("startServices() takes what is given and starts nothing beside it", async () => {
  const given = {
    TEST_DATABASE_URL: "postgres://given.example/one",
    TEST_REDIS_URL: "redis://given.example",
  };
  await using services = await startServices(given);
  assert.deepEqual(services.variables, given);
});

Deno.test("startServices() starts what is not given", async () => {
  const TEST_DATABASE_URL = "postgres://given.example/one";
  await using services = await startServices({ TEST_DATABASE_URL, TEST_REDIS_URL: "" });
  assert.equal(services.variables.TEST_DATABASE_URL, TEST_DATABASE_URL);
  assert.match(services.variables.TEST_REDIS_URL ?? "", /^redis:\/\/127\.0\.0\.1:\d+$/);
});
