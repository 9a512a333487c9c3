import assert from "node:assert/strict";
import { ManualClock } from "../manual_clock.ts";
import { ask } from "../llm/contract.ts";
import type { ProviderConfig } from "../config.ts";
import { createTextMask, redactText } from "../redaction.ts";
import { createProviders } from "./router.ts";
import { inOrder, saying, WireServer } from "../llm/wire_server.ts";

Deno.test("createProviders() builds each kind and the router's settings for it", async () => {
  await using server = new WireServer(inOrder(saying("hello ", "from afar")));
  const shared = { default_model: "small", max_concurrency: 3, timeout_ms: 2000, prices: {} };
  const setups: Record<string, ProviderConfig> = {
    demo: { ...shared, kind: "demo", base_url: null, api_key: null },
    local: { ...shared, kind: "openai", base_url: server.openAiUrl, api_key: null },
    claude: { ...shared, kind: "anthropic", base_url: server.anthropicUrl, api_key: "the-key" },
  };
  const world = { clock: new ManualClock(), mask: redactText };
  const { providers, settings } = await createProviders(setups, world);
  assert.deepEqual(providers.map(({ name }) => name), ["demo", "local", "claude"]);
  assert.deepEqual(settings.local, { max_concurrency: 3, deadline_ms: 2000, prices: {} });
  const texts = await Promise.all(
    providers.map(async (provider) => (await ask({ provider, cue: "/say hi" }).answer).text),
  );
  assert.deepEqual(texts, ["hi", "hello from afar", "hello from afar"]);
  const paths = server.requests.map(({ path }) => path).sort();
  assert.deepEqual(paths, ["/v1/chat/completions", "/v1/messages"]);
});

Deno.test("createProviders() masks the configured secrets in what a provider says when it fails", async () => {
  const key = "my-own-key-of-no-known-form";
  const said = `Key ${key} is not known, nor is billing-secret-1`;
  await using server = new WireServer(inOrder({ kind: "status", status: 401, message: said }));
  const shared = { default_model: "small", max_concurrency: 3, timeout_ms: 2000, prices: {} };
  const setups: Record<string, ProviderConfig> = {
    local: { ...shared, kind: "openai", base_url: server.openAiUrl, api_key: key },
    claude: { ...shared, kind: "anthropic", base_url: server.anthropicUrl, api_key: key },
  };
  const mask = createTextMask([key, "billing-secret-1"]);
  const { providers } = await createProviders(setups, { clock: new ManualClock(), mask });
  for (const provider of providers) {
    await assert.rejects(ask({ provider, cue: "hi" }).answer, {
      name: "ModelError",
      message:
        `Provider ${provider.name} answered with status 401: Key *** is not known, nor is ***`,
      details: { kind: "status", status: 401, retryable: false },
    });
  }
});
