import assert from "node:assert/strict";
import { fact } from "../../actors/session/events.ts";
import { memoryNote } from "../../actors/session/memory_item.ts";
import { FakeMemory } from "../memory/fake_memory.ts";
import type { MemoryItem } from "../memory/port.ts";
import { answer, testEdge } from "./testing.ts";

const item = (id: string, text: string, more: Partial<MemoryItem> = {}): MemoryItem => ({
  id,
  tenant: "default",
  agent: "assistant",
  session: "ses_1",
  kind: "fact",
  text,
  at: Date.parse("2026-01-01T00:00:00Z"),
  ...more,
});

async function withMemory(...items: readonly MemoryItem[]) {
  const memory = new FakeMemory();
  await memory.remember(items);
  return { memory, ...await testEdge({ memory }) };
}

const ids = (body: { items: { id: string }[] }) => body.items.map(({ id }) => id);

Deno.test("GET memory lists what the tenant's agents remember, newest first, by what is asked", async () => {
  const { call } = await withMemory(
    item("a", "tea"),
    item("b", "coffee", { kind: "preference", at: Date.parse("2026-02-01T00:00:00Z") }),
    item("c", "water", { session: "ses_2", agent: "other" }),
    item("x", "tea", { tenant: "globex" }),
  );
  const get = async (query: string) => (await call("GET", `/api/v1/memory?${query}`)).body;
  assert.deepEqual(ids(await get("")), ["b", "a", "c"]);
  assert.deepEqual(ids(await get("kind=preference")), ["b"]);
  assert.deepEqual(ids(await get("session=ses_2&agent=other")), ["c"]);
  assert.deepEqual(ids(await get("before=2026-01-15T00:00:00Z")), ["a", "c"]);
  const page = await get("limit=2");
  assert.deepEqual(ids(page), ["b", "a"]);
  assert.deepEqual(ids(await get(`limit=2&cursor=${page.next}`)), ["c"]);
  assert.deepEqual(page.items[1], {
    id: "a",
    agent: "assistant",
    session: "ses_1",
    kind: "fact",
    text: "tea",
    at: "2026-01-01T00:00:00.000Z",
    score: null,
  });
});

Deno.test("GET memory?q looks, best first", async () => {
  const { call, memory } = await withMemory(
    item("a", "green tea"),
    item("b", "tea"),
    item("c", "x"),
  );
  const { body } = await call("GET", "/api/v1/memory?q=green%20tea&limit=2&mode=lexical");
  assert.deepEqual(ids(body), ["a", "b"]);
  assert.deepEqual([body.items[0].score, body.next], [2, null]);
  assert.deepEqual(memory.queries[0], {
    text: "green tea",
    filter: { tenant: "default" },
    k: 2,
    mode: "lexical",
  });
  assert.equal((await call("GET", "/api/v1/memory?kind=secret")).body.code, "invalid_request");
});

Deno.test("GET memory says when there is none, and when it is away", async () => {
  const none = await testEdge();
  const { status, body } = await none.call("GET", "/api/v1/memory");
  assert.deepEqual([status, body.code], [503, "memory_unavailable"]);
  const { memory, call } = await withMemory();
  memory.away = "Index is down";
  for (const path of ["memory", "memory?q=tea", "memory/stats"]) {
    const { status, body } = await call("GET", `/api/v1/${path}`);
    assert.deepEqual([status, body.code, body.detail], [
      503,
      "memory_unavailable",
      "Index is down",
    ]);
  }
});

Deno.test("GET memory/stats counts", async () => {
  const { call } = await withMemory(item("a", "tea"), item("b", "x", { kind: "episode" }));
  const { body } = await call("GET", "/api/v1/memory/stats");
  assert.deepEqual(body, {
    carrier: "a fake",
    items: 2,
    by_kind: { fact: 1, episode: 1, preference: 0, procedure: 0 },
    dense: false,
  });
});

/** Has a session note something by a call of `remember`. */
async function note(edge: Awaited<ReturnType<typeof withMemory>>, session: string, text: string) {
  const { call, node } = edge;
  await call("POST", "/api/v1/sessions", { id: session });
  await call("POST", `/api/v1/sessions/${session}/messages`, { content: "Hello" });
  const due = () => node.actors.get(session)?.state.turn?.due?.call_id ?? "none";
  const call_of = { skill: "remember", input: { text }, risk: 1, idempotent: true, problem: null };
  const address = { tenant: "default", type: "session", id: session };
  await node.submit(address, { ...answer(due(), ""), calls: [call_of] });
  await node.submit(address, answer(due(), "Noted"));
}

type Told = { readonly ids: readonly string[] | null };

const forgettings = (edge: Awaited<ReturnType<typeof withMemory>>, session: string) =>
  edge.node.actors.get(session)?.events.filter(({ type }) => type === "memory.forgetting")
    .map(({ payload }) => payload);

Deno.test("DELETE memory/{id} tells the item's session first, and then it is gone", async () => {
  const { id } = memoryNote("assistant", { kind: "fact", text: "Tea at five" });
  const edge = await withMemory(item(id, "Tea at five"), item("other", "x"));
  await note(edge, "ses_1", "Tea at five");
  const first = await edge.call("DELETE", `/api/v1/memory/${id}`);
  assert.deepEqual([first.status, first.body], [200, { forgotten: 1 }]);
  const { payload } = fact("memory.forgetting", { ids: [id], owner: null, by: "local" });
  assert.deepEqual(forgettings(edge, "ses_1"), [payload]);
  assert.deepEqual(edge.memory.items.map(({ id }) => id), ["other"]);
  const again = await edge.call("DELETE", `/api/v1/memory/${id}`);
  assert.deepEqual([again.status, again.body.code], [404, "memory_not_found"]);
});

Deno.test("DELETE memory forgets what meets the filter, however much, and takes no empty one", async () => {
  const many = Array.from({ length: 450 }, (_, i) => item(`m${i}`, `Number ${i}`));
  const edge = await withMemory(
    ...many,
    item("kept", "x", { session: "ses_2" }),
    item("lost", "x", { session: "gone" }),
  );
  await note(edge, "ses_1", "Tea");
  assert.equal((await edge.call("DELETE", "/api/v1/memory")).body.code, "invalid_request");
  const { body } = await edge.call("DELETE", "/api/v1/memory?session=ses_1");
  // One more waits for memory to take it.
  assert.deepEqual(body, { forgotten: 451 });
  const [first, ...journaled] = forgettings(edge, "ses_1") as { ids: string[] }[];
  assert.equal(first?.ids, null);
  assert.deepEqual(journaled.flatMap(({ ids }) => ids).sort(), many.map(({ id }) => id).sort());
  // A session without a journal has nothing that could bring it back.
  assert.deepEqual((await edge.call("DELETE", "/api/v1/memory?session=gone")).body, {
    forgotten: 1,
  });
  assert.deepEqual(edge.memory.items.map(({ id }) => id), ["kept"]);
});

Deno.test("DELETE memory forgets what waits in sessions for memory, by id, by kind and by session", async () => {
  const edge = await withMemory();
  const id = (text: string) => memoryNote("assistant", { kind: "fact", text }).id;
  for (
    const [session, text] of [["ses_1", "Tea"], ["ses_2", "Milk"], ["ses_3", "Water"]] as const
  ) {
    await note(edge, session, text);
  }
  const remove = async (path: string) => {
    const { status, body } = await edge.call("DELETE", `/api/v1/memory${path}`);
    return [status, body.forgotten ?? body.code];
  };
  const told = (session: string) => forgettings(edge, session)!.map((one) => (one as Told).ids);
  assert.deepEqual(await remove(`/${id("Tea")}`), [200, 1]);
  assert.deepEqual(await remove(`/${id("Tea")}`), [404, "memory_not_found"]);
  assert.deepEqual([told("ses_1"), told("ses_2")], [[[id("Tea")]], []]);
  assert.deepEqual(await remove("?session=ses_2&kind=episode"), [200, 0]);
  assert.deepEqual(await remove("?kind=fact&before=2000-01-01T00:00:00Z"), [200, 0]);
  assert.deepEqual(await remove("?session=ses_2&kind=fact"), [200, 1]);
  assert.deepEqual(told("ses_2"), [[id("Milk")]]);
  await note(edge, "ses_2", "Coffee");
  assert.deepEqual(await remove("?session=ses_2"), [200, 1]);
  assert.deepEqual(told("ses_2"), [[id("Milk")], null]);
  assert.deepEqual(await remove("?kind=fact"), [200, 1]);
  assert.deepEqual(told("ses_3"), [[id("Water")]]);
});

Deno.test("DELETE of a session has memory forget what it noted", async () => {
  const edge = await withMemory();
  await note(edge, "ses_1", "Tea");
  await edge.call("DELETE", "/api/v1/sessions/ses_1");
  const by = "the session was deleted";
  assert.deepEqual(forgettings(edge, "ses_1"), [{ ids: null, owner: null, by }]);
});

Deno.test("GET events of a closed session ends behind what memory makes of it", async () => {
  const edge = await withMemory();
  await note(edge, "ses_1", "Tea");
  await edge.call("DELETE", "/api/v1/sessions/ses_1");
  const events = edge.node.actors.get("ses_1")?.events ?? [];
  const closed = events.find(({ type }) => type === "session.closed")?.seq ?? 0;
  const resume = (seq: number) =>
    edge.api.request("/api/v1/sessions/ses_1/events", {
      headers: { accept: "text/event-stream", "last-event-id": String(seq) },
    });
  const rest = await (await resume(closed)).text();
  assert.deepEqual([...rest.matchAll(/^event: (.*)$/gm)].map(([, type]) => type), [
    "memory.forgetting",
  ]);
  assert.equal((await resume(closed + 1)).status, 204);
});

Deno.test("POST memory/reindex builds the index from the journal, and says how far it is", async () => {
  const edge = await withMemory(item("stale", "x"));
  await note(edge, "ses_1", "Tea");
  await note(edge, "ses_2", "Coffee");
  const response = await edge.api.request("/api/v1/memory/reindex", { method: "POST" });
  assert.equal(response.headers.get("content-type"), "application/x-ndjson");
  const lines = (await response.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines[0], { sessions: 0, sessions_total: 2, items: 0, items_total: 2 });
  assert.deepEqual(lines.at(-1), {
    sessions: 2,
    sessions_total: 2,
    items: 2,
    items_total: 2,
    done: true,
  });
  assert.deepEqual(edge.memory.items.map(({ text }) => text).sort(), ["Coffee", "Tea"]);
});

Deno.test("POST memory/reindex runs once at a time, for one's own tenant, and can be given up", async () => {
  const edge = await withMemory(item("stale", "x"));
  const reindex = async (query = "") =>
    await edge.api.request(`/api/v1/memory/reindex${query}`, { method: "POST" });
  assert.equal((await reindex("?tenant=globex")).status, 403);
  const running = await reindex();
  const refused = await reindex();
  assert.deepEqual([refused.status, (await refused.json()).code], [429, "memory_busy"]);
  await running.body?.cancel();
  assert.deepEqual(edge.memory.items.map(({ id }) => id), ["stale"]);
  edge.memory.away = "Index is down";
  const failed = await (await reindex()).text();
  assert.deepEqual(JSON.parse(failed), {
    error: { code: "memory_unavailable", message: "Index is down" },
  });
});
