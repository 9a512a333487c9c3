import assert from "node:assert/strict";
import { ManualClock } from "../manual_clock.ts";
import { ask } from "../llm/contract.ts";
import type { ProviderConfig } from "../config.ts";
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
  const { providers, settings } = await createProviders(setups, { clock: new ManualClock() });
  assert.deepEqual(providers.map(({ name }) => name), ["demo", "local", "claude"]);
  assert.deepEqual(settings.local, { max_concurrency: 3, deadline_ms: 2000, prices: {} });
  const texts = await Promise.all(
    providers.map(async (provider) => (await ask({ provider, cue: "/say hi" }).answer).text),
  );
  assert.deepEqual(texts, ["hi", "hello from afar", "hello from afar"]);
  const paths = server.requests.map(({ path }) => path).sort();
  assert.deepEqual(paths, ["/v1/chat/completions", "/v1/messages"]);
});
