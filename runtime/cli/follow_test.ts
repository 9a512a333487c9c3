import assert from "node:assert/strict";
import { createEntropy } from "../entropy.ts";
import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import { Client } from "./client.ts";
import { EXIT } from "./exit_code.ts";
import { fakeNode, problem, type SeenRequest } from "./fake_node.ts";
import { follow, readEntry, type StreamEntry } from "./follow.ts";

/** Never waits long, so that reconnections are quick. */
const hastyClock: Clock = { ...systemClock, sleep: () => systemClock.sleep(1) };

function clientOf(url: string): Client {
  const entropy = createEntropy(() => 0, (bytes) => void bytes.fill(7));
  return new Client(url, { apiKey: null, clock: hastyClock, entropy });
}

function sent(seq: number, type: string): string {
  const event = {
    seq,
    type,
    v: 1,
    at: "2026-01-01T00:00:00.000Z",
    cause: "c",
    payload: {},
    hash: "h",
  };
  return `event: ${type}\nid: ${seq}\ndata: ${JSON.stringify(event)}\n\n`;
}

function stream(text: string): Response {
  return new Response(text, { headers: { "content-type": "text/event-stream" } });
}

async function collect(entries: AsyncIterable<StreamEntry>): Promise<string[]> {
  const seen: string[] = [];
  for await (const entry of entries) {
    if (entry.kind === "event") seen.push(`${entry.event.seq} ${entry.event.type}`);
    else seen.push(entry.kind === "delta" ? `delta ${entry.text}` : entry.kind);
  }
  return seen;
}

const PATH = "GET /api/v1/sessions/ses_1/events";

Deno.test("follow() resumes after the last id when the stream ends, until the session is closed", async () => {
  const answers = [
    `retry: 1\n\n${sent(2, "turn.started")}event: llm.delta\nid: 2.1\ndata: {"text":"Hel"}\n\n` +
    sent(3, "cut off").slice(0, 30),
    `event: llm.reset\nid: 2.2\ndata: {}\n\n${sent(3, "llm.completed")}${
      sent(4, "session.closed")
    }`,
  ];
  const lastIds: (string | null)[] = [];
  await using node = fakeNode({
    [PATH]: ({ headers }: SeenRequest) => {
      lastIds.push(headers.get("last-event-id"));
      return stream(answers.shift() ?? "");
    },
  });
  const { signal } = new AbortController();
  assert.deepEqual(await collect(follow(clientOf(node.url), "ses_1", { after: 1, signal })), [
    "2 turn.started",
    "delta Hel",
    "reconnecting",
    "reset",
    "3 llm.completed",
    "4 session.closed",
  ]);
  assert.deepEqual(lastIds, ["1", "2.1"]);
});

Deno.test("follow() waits for a node that restarts", async () => {
  const first = fakeNode({ [PATH]: () => stream(sent(1, "session.created")) });
  const port = Number(new URL(first.url).port);
  const { signal } = new AbortController();
  const entries = follow(clientOf(first.url), "ses_1", { after: 0, signal });
  assert.equal((await entries.next()).value?.kind, "event");
  await first[Symbol.asyncDispose]();
  assert.deepEqual((await entries.next()).value, { kind: "reconnecting" });
  const next = entries.next();
  await systemClock.sleep(20);
  await using _second = fakeNode({ [PATH]: () => stream(sent(2, "session.closed")) }, port);
  const value = (await next).value;
  assert.equal(value?.kind === "event" && value.event.seq, 2);
  assert.equal((await entries.next()).done, true);
});

Deno.test("follow() ends when the session is closed already", async () => {
  await using node = fakeNode({ [PATH]: () => new Response(null, { status: 204 }) });
  const { signal } = new AbortController();
  assert.deepEqual(await collect(follow(clientOf(node.url), "ses_1", { after: 9, signal })), []);
});

Deno.test("follow() fails when there is no such session", async () => {
  await using node = fakeNode({ [PATH]: () => problem(404, "session_not_found", "None") });
  const { signal } = new AbortController();
  await assert.rejects(collect(follow(clientOf(node.url), "ses_1", { after: 0, signal })), {
    code: "session_not_found",
    exit: EXIT.notFound,
  });
});

Deno.test("follow() stops when the signal aborts", async () => {
  const stop = new AbortController();
  await using node = fakeNode({
    [PATH]: () => {
      const text = new TextEncoder().encode(sent(1, "session.created"));
      return new Response(new ReadableStream({ start: (controller) => controller.enqueue(text) }));
    },
  });
  const seen = [];
  for await (
    const entry of follow(clientOf(node.url), "ses_1", { after: 0, signal: stop.signal })
  ) {
    seen.push(entry.kind);
    stop.abort();
  }
  assert.deepEqual(seen, ["event"]);
});

Deno.test("readEntry() passes over what it does not know", () => {
  assert.equal(readEntry({ event: "later.invented", id: null, data: '{"x":1}' }), null);
});
