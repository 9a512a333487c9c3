import assert from "node:assert/strict";
import type { ApiMemoryItem, ApiReady } from "../cli/api_types.ts";
import { apiPath, type Client } from "../cli/client.ts";
import { ask, eventsOf, payloads, until } from "./session_calls.ts";
import { Site } from "./site.ts";

/** An agent that does with memory all that it can. */
const CONFIG = {
  agents: {
    secretary: {
      memory: { recall: { auto: true, k: 3 }, remember: { extract: true } },
    },
  },
};

const open = (client: Client, id: string) =>
  client.post(apiPath("sessions"), { id, agent: "secretary" }, { key: id });

const itemsOf = async (client: Client, query: Record<string, string> = {}) =>
  (await client.get<{ items: ApiMemoryItem[] }>(apiPath("memory"), query)).items;

const untilItems = (client: Client, count: number) =>
  until(client, `${count} items are in memory`, async () => {
    const items = await itemsOf(client);
    return items.length === count ? items : null;
  });

interface Recalled {
  readonly items: readonly { readonly text: string }[];
  readonly mode: string;
  readonly unavailable: unknown;
}

Deno.test("what one session notes another recalls, after kill -9 too, until it is forgotten for good", async () => {
  await using site = await Site.create({ config: CONFIG });
  const first = await site.start();
  await open(first.client, "monday");
  await ask(first.client, "monday", '/call remember {"text":"Ada drinks green tea at five"}');
  // Found in the turn that is over: the demo model knows such a sentence.
  await ask(first.client, "monday", "My sister is called Grace.");
  const noted = await untilItems(first.client, 2);
  assert.deepEqual(noted.map(({ session }) => session), ["monday", "monday"]);
  await first.kill();

  const second = await site.start();
  await open(second.client, "tuesday");
  await ask(second.client, "tuesday", "When does Ada drink her tea?");
  const events = await eventsOf(second.client, "tuesday");
  const [recalled] = payloads<Recalled>(events, "memory.recalled");
  assert.equal(recalled?.items[0]?.text, "Ada drinks green tea at five");
  assert.deepEqual([recalled.mode, recalled.unavailable], ["lexical", null]);
  const said = await ask(second.client, "tuesday", '/call recall {"query":"sister"}');
  assert.match(said, /recall returned: .*Grace/);

  const ready = await (await second.client.send("GET", "/ready")).json() as ApiReady;
  assert.deepEqual(ready.checks.memory, { status: "ok", detail: "embedded, by words only" });
  const [tea] = await itemsOf(second.client, { q: "tea" });
  assert.ok(tea);
  await second.client.delete(apiPath("memory", tea.id));
  await second.client.delete(apiPath("sessions", "monday"));
  await untilItems(second.client, 0);
  const reindexed = await second.client.send("POST", apiPath("memory", "reindex"));
  const last = (await reindexed.text()).trimEnd().split("\n").at(-1) ?? "";
  assert.equal(JSON.parse(last).done, true);
  assert.deepEqual(await itemsOf(second.client), []);
});

Deno.test("a lost index is built anew from the journal", async () => {
  await using site = await Site.create({ config: CONFIG });
  const first = await site.start();
  await open(first.client, "monday");
  for (const place of ["Bern", "Rome", "Oslo"]) {
    await ask(first.client, "monday", `/call remember {"text":"Grace has been to ${place}"}`);
  }
  const before = await untilItems(first.client, 3);
  await first.kill();
  for await (const { name } of Deno.readDir(site.dataDir)) {
    if (name.startsWith("memory.db")) await Deno.remove(`${site.dataDir}/${name}`);
  }

  const { client } = await site.start();
  assert.deepEqual(await itemsOf(client), []);
  await (await client.send("POST", apiPath("memory", "reindex"))).text();
  assert.deepEqual(await itemsOf(client), before);
});
