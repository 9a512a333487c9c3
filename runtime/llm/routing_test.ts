import assert from "node:assert/strict";
import { ModelError } from "./port.ts";
import { resolveCandidates } from "./routing.ts";

const routes = {
  default_models: new Map([["openai", "gpt"], ["local", "llama"], ["demo", "demo"]]),
  default_provider: "demo",
};
const resolve = (model: string | null, ...fallbacks: string[]) =>
  resolveCandidates({ model, fallbacks }, routes).map((one) => `${one.provider}|${one.model}`);

Deno.test("resolveCandidates() takes the default provider's default model when none is named", () => {
  assert.deepEqual(resolve(null), ["demo|demo"]);
});

Deno.test("resolveCandidates() takes a provider's default model when only the provider is named", () => {
  assert.deepEqual(resolve("openai"), ["openai|gpt"]);
  assert.deepEqual(resolve("openai/"), ["openai|gpt"]);
});

Deno.test("resolveCandidates() splits at the first slash only", () => {
  assert.deepEqual(resolve("local/org/model"), ["local|org/model"]);
});

Deno.test("resolveCandidates() keeps the order of fallbacks and drops repeats", () => {
  assert.deepEqual(resolve("openai/big", "local", "openai/big", "local/llama", "demo"), [
    "openai|big",
    "local|llama",
    "demo|demo",
  ]);
});

Deno.test("resolveCandidates() names what exists when a provider does not", () => {
  assert.throws(() => resolve("openai", "opnai/gpt"), (error) => {
    assert.ok(error instanceof ModelError);
    assert.equal(error.details.kind, "configuration");
    assert.match(error.message, /"opnai\/gpt".*openai, local, demo/);
    return true;
  });
});
