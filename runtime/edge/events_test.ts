import assert from "node:assert/strict";
import type { LiveEntry } from "../streams/port.ts";
import { at } from "./fake_node.ts";
import { HEARTBEAT_MS } from "./sse.ts";
import { answer, testEdge } from "./testing.ts";

type TestEdge = Awaited<ReturnType<typeof testEdge>>;

/** Calls, and then lets what was started run as far as it can. */
async function settle({ node }: TestEdge): Promise<void> {
  for (let i = 0; i < 20; i++) await node.clock.yield();
}

async function sessionInTurn(edge: TestEdge): Promise<void> {
  await edge.call("POST", "/api/v1/sessions", { id: "s" });
  await edge.call("POST", "/api/v1/sessions/s/messages", { content: "hello" });
}

function pieces(texts: readonly string[], seq: number): LiveEntry[] {
  return texts.map((text, i) => ({
    kind: "delta",
    cursor: { seq, n: i + 1 },
    text,
    first: i === 0,
  }));
}

interface Received {
  readonly event: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

function parse(text: string): Received[] {
  return text.split("\n\n").filter((block) => block.startsWith("event: ")).map((block) => {
    const field = (name: string) =>
      block.match(new RegExp(`^${name}: (.*)$`, "m"))?.[1] ?? assert.fail(`${name} in ${block}`);
    return { event: field("event"), id: field("id"), data: JSON.parse(field("data")) };
  });
}

async function open(edge: TestEdge, query = "", headers: Record<string, string> = {}) {
  const response = await edge.api.request(`/api/v1/sessions/s/events${query}`, {
    headers: { accept: "text/event-stream", ...headers },
  });
  assert.equal(response.status, 200);
  return response;
}

/** Reads a stream to its end, or until `enough` says so; then the client goes away. */
async function read(
  response: Response,
  enough: (received: readonly Received[]) => boolean = () => false,
): Promise<Received[]> {
  const decoder = new TextDecoder();
  let text = "";
  const received: Received[] = [];
  for await (const bytes of response.body ?? assert.fail("no body")) {
    text += decoder.decode(bytes, { stream: true });
    received.splice(0, Infinity, ...parse(text));
    if (enough(received)) break;
  }
  return received;
}

Deno.test("GET events gives pages whose next leads on to the last one", async () => {
  const edge = await testEdge();
  await sessionInTurn(edge);
  const first = await edge.call("GET", "/api/v1/sessions/s/events?limit=2");
  assert.deepEqual(first.body.items.map((event: { type: string }) => event.type), [
    "session.created",
    "message.received",
  ]);
  assert.equal(first.body.next, 2);
  const last = await edge.call("GET", "/api/v1/sessions/s/events?limit=2&after=2");
  assert.equal(last.body.next, null);
  assert.deepEqual(Object.keys(last.body.items[0]), [
    "seq",
    "type",
    "v",
    "at",
    "cause",
    "payload",
    "hash",
  ]);
  assert.equal(last.body.items[0].at, "2023-11-14T22:13:20.000Z");
});

Deno.test("GET events streams what exists, then what happens, then ends with the session", async () => {
  const edge = await testEdge();
  await sessionInTurn(edge);
  const response = await open(edge);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const reading = read(response);
  await settle(edge);
  edge.node.live.publish(at("s"), pieces(["Hel", "lo"], 3));
  await edge.node.submit(at("s"), answer("llm_3", "Hello"));
  await edge.call("DELETE", "/api/v1/sessions/s");
  const received = await reading;
  assert.deepEqual(received.map(({ event, id }) => `${id} ${event}`), [
    "1 session.created",
    "2 message.received",
    "3 turn.started",
    "3.1 llm.delta",
    "3.2 llm.delta",
    "4 llm.completed",
    "5 turn.completed",
    "6 session.closed",
  ]);
  assert.deepEqual(received[3]?.data, { text: "Hel" });
  assert.equal(edge.node.live.open, 0);
  assert.equal(edge.node.clock.sleeping, 0);
});

Deno.test("GET events gives exactly the finished text to a client cut off anywhere among 500 pieces", async () => {
  const texts = Array.from({ length: 500 }, (_, i) => `t${i} `);
  for (const cut of [1, 2, 3, 4, 5, 50, 251, 400, 501, 502, 503, 504]) {
    const edge = await testEdge();
    await sessionInTurn(edge);
    const [early, late] = [pieces(texts, 3).slice(0, 250), pieces(texts, 3).slice(250)];
    edge.node.live.publish(at("s"), early);
    const finish = async () => {
      edge.node.live.publish(at("s"), late);
      await edge.node.submit(at("s"), answer("llm_3", texts.join("")));
      await edge.call("DELETE", "/api/v1/sessions/s");
    };
    if (cut > 253) await finish();
    const before = (await read(await open(edge), (received) => received.length >= cut)).slice(
      0,
      cut,
    );
    if (cut <= 253) await finish();
    const id = before.at(-1)?.id ?? assert.fail();
    const after = await read(await open(edge, "", { "last-event-id": id }));
    const received = [...before, ...after];
    const text = received.filter(({ event }) => event === "llm.delta")
      .map(({ data }) => data.text).join("");
    const completed = received.filter(({ event }) => event === "llm.completed");
    assert.equal(completed.length, 1, `cut ${cut}`);
    assert.equal(text, (completed[0]?.data.payload as { text: string }).text, `cut ${cut}`);
    assert.deepEqual(
      received.filter(({ event }) => event !== "llm.delta").map(({ id }) => id),
      ["1", "2", "3", "4", "5", "6"],
      `cut ${cut}`,
    );
    assert.equal(edge.node.live.open, 0);
  }
});

Deno.test("GET events fills from the journal what the live stream has lost", async () => {
  const edge = await testEdge();
  await sessionInTurn(edge);
  edge.node.live.keptFrom = { seq: 3, n: 1 };
  edge.node.live.publish(at("s"), pieces(["a"], 3));
  const received = await read(await open(edge, "?follow=false"));
  assert.deepEqual(received.map(({ id }) => id), ["1", "2", "3", "3.1"]);
});

Deno.test("GET events misses and repeats nothing when the live stream loses entries and says so", async () => {
  const edge = await testEdge();
  await sessionInTurn(edge);
  const response = await open(edge);
  const [received, seen] = [[] as Received[], Promise.withResolvers<void>()];
  const reading = read(response, (all) => {
    received.splice(0, Infinity, ...all);
    if (all.at(-1)?.id === "5") seen.resolve();
    return false;
  });
  await settle(edge);
  edge.node.live.publish(at("s"), pieces(["Hel"], 3));
  await settle(edge);
  edge.node.live.losing = true;
  edge.node.live.publish(at("s"), pieces(["Hel", "lo"], 3).slice(1));
  await edge.node.submit(at("s"), answer("llm_3", "Hello"));
  edge.node.live.losing = false;
  // Without anything further in the live stream: the word of the loss alone leads to the journal.
  await seen.promise;
  await edge.call("DELETE", "/api/v1/sessions/s");
  await reading;
  assert.deepEqual(received.map(({ event, id }) => `${id} ${event}`), [
    "1 session.created",
    "2 message.received",
    "3 turn.started",
    "3.1 llm.delta",
    "4 llm.completed",
    "5 turn.completed",
    "6 session.closed",
  ]);
});

Deno.test("GET events sends no piece of an answer whose beginning the watcher lacks", async () => {
  const edge = await testEdge();
  await sessionInTurn(edge);
  edge.node.live.publish(at("s"), pieces(["a", "b", "c"], 3));
  edge.node.live.keptFrom = { seq: 3, n: 2 };
  const received = await read(await open(edge, "?follow=false&after=2"));
  assert.deepEqual(received.map(({ id }) => id), ["3"]);
});

Deno.test("GET events tells of a reset with its own id and data", async () => {
  const edge = await testEdge();
  await sessionInTurn(edge);
  edge.node.live.publish(at("s"), [
    ...pieces(["a"], 3),
    { kind: "reset", cursor: { seq: 3, n: 2 } },
    { kind: "delta", cursor: { seq: 3, n: 3 }, text: "b", first: true },
  ]);
  const received = await read(await open(edge, "?follow=false&after=3"));
  assert.deepEqual(received, [
    { event: "llm.delta", id: "3.1", data: { text: "a" } },
    { event: "llm.reset", id: "3.2", data: {} },
    { event: "llm.delta", id: "3.3", data: { text: "b" } },
  ]);
});

Deno.test("GET events shows a sign of life while nothing happens", async () => {
  const edge = await testEdge();
  await sessionInTurn(edge);
  const response = await open(edge, "?after=3");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader() ?? assert.fail();
  assert.equal((await reader.read()).value, "retry: 1000\n\n");
  const next = reader.read();
  await settle(edge);
  await edge.node.clock.advance(HEARTBEAT_MS);
  assert.equal((await next).value, ":\n\n");
  await reader.cancel();
  await settle(edge);
  assert.equal(edge.node.live.open, 0);
  assert.equal(edge.node.clock.sleeping, 0);
});

Deno.test("GET events leaves nothing open when the request is aborted", async () => {
  const edge = await testEdge();
  await sessionInTurn(edge);
  const gone = new AbortController();
  const response = await edge.api.request("/api/v1/sessions/s/events", {
    headers: { accept: "text/event-stream" },
    signal: gone.signal,
  });
  const reading = read(response);
  await settle(edge);
  assert.equal(edge.node.live.open, 1);
  gone.abort();
  await reading;
  assert.equal(edge.node.live.open, 0);
  assert.equal(edge.node.clock.sleeping, 0);
});

Deno.test("GET events refuses one stream more than the limit, and takes it when one has ended", async () => {
  const edge = await testEdge({ limits: { watchers: 1 } });
  await sessionInTurn(edge);
  const first = await open(edge);
  const headers = { accept: "text/event-stream" };
  const refused = await edge.call("GET", "/api/v1/sessions/s/events", undefined, headers);
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("retry-after"), "1");
  await first.body?.cancel();
  assert.equal((await read(await open(edge, "?follow=false"))).length, 3);
});

Deno.test("GET events gives 204 to a client that has all of a closed session", async () => {
  const edge = await testEdge();
  await edge.call("POST", "/api/v1/sessions", { id: "s" });
  await edge.call("DELETE", "/api/v1/sessions/s");
  const headers = { accept: "text/event-stream", "last-event-id": "2" };
  assert.equal(
    (await edge.call("GET", "/api/v1/sessions/s/events", undefined, headers)).status,
    204,
  );
});

Deno.test("GET events refuses a Last-Event-ID that is none", async () => {
  const edge = await testEdge();
  await sessionInTurn(edge);
  const headers = { accept: "text/event-stream", "last-event-id": "x" };
  const { status, body } = await edge.call("GET", "/api/v1/sessions/s/events", undefined, headers);
  assert.equal(status, 400);
  assert.equal(body.detail, 'Last-Event-ID is "x", wanted seq or seq.n');
});

Deno.test("HEAD events opens no stream", async () => {
  const edge = await testEdge();
  await sessionInTurn(edge);
  const response = await edge.api.request("/api/v1/sessions/s/events", {
    method: "HEAD",
    headers: { accept: "text/event-stream" },
  });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  assert.equal(response.body, null);
  assert.equal(edge.node.live.open, 0);
});
