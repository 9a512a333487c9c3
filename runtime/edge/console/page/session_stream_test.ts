import assert from "node:assert/strict";
import { Api } from "./api.ts";
import type { World } from "./browser.ts";
import { backoffMs, type Connection, followSession, type StreamEntry } from "./session_stream.ts";
import { refusal, type Reply, testWorld } from "./test_world.ts";

const frame = (event: string, id: string, data: unknown) =>
  `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
const delta = (seq: number, n: number, text: string) => frame("llm.delta", `${seq}.${n}`, { text });
const event = (seq: number, type = "turn.started") => frame(type, String(seq), { seq, type });

/** A stream that brings these pieces and then ends, or breaks. */
function stream(pieces: readonly string[], { breaks = false } = {}): Response {
  const encoder = new TextEncoder();
  const left = [...pieces];
  return new Response(
    new ReadableStream({
      pull(controller) {
        const piece = left.shift();
        if (piece !== undefined) return controller.enqueue(encoder.encode(piece));
        if (breaks) controller.error(new TypeError("cut"));
        else controller.close();
      },
    }),
  );
}

async function follow(
  replies: readonly Reply[],
  { after = 0, onConnection, clock }: {
    readonly after?: number;
    readonly onConnection?: (connection: Connection) => void;
    readonly clock?: World["clock"];
  } = {},
) {
  const { world, sent, slept } = testWorld(replies);
  const entries: StreamEntry[] = [];
  const connections: Connection[] = [];
  await followSession(new Api(world, "k"), { ...world, ...(clock ? { clock } : {}) }, {
    session: "s",
    after,
    signal: new AbortController().signal,
    onEntries: (more) => void entries.push(...more),
    onConnection: (connection) => {
      connections.push(connection);
      onConnection?.(connection);
    },
  });
  const asked = sent.map(({ headers }) => headers.get("last-event-id"));
  return { entries, connections, asked, slept, sent };
}

const END = () => new Response(null, { status: 204 });

Deno.test("followSession() goes on where it was cut, and says that it is cut", async () => {
  const broken = stream([event(3), delta(3, 1, "a"), delta(3, 2, "b")], { breaks: true });
  const rest = stream([delta(3, 3, "c"), event(4, "llm.completed")]);
  const { entries, connections, asked } = await follow([broken, null, rest, END()], {
    after: 2,
  });
  assert.deepEqual(asked, ["2", "3.2", "3.2", "4"]);
  const told = entries.map((entry) => entry.kind === "delta" ? entry.text : entry.kind);
  assert.deepEqual(told, ["event", "a", "b", "c", "event"]);
  assert.deepEqual(connections.map(({ kind }) => kind), [
    "connecting",
    "live",
    "cut",
    "cut",
    "live",
    "connecting",
    "over",
  ]);
});

Deno.test("followSession() waits longer after each failure, and starts anew after a success", async () => {
  const { slept } = await follow([null, null, null, stream([event(1)]), null, END()]);
  assert.deepEqual(slept, [500, 1000, 2000, 500]);
  assert.deepEqual([0, 1, 9].map((failures) => backoffMs(failures, 0)), [250, 500, 5000]);
  assert.equal(backoffMs(50, 1), 10_000);
});

Deno.test("followSession() goes on through a node that fails or is busy, and not against a refusal", async () => {
  const ready = [refusal(500, "internal"), refusal(429, "rate_limited"), END()];
  assert.equal((await follow(ready)).asked.length, 3);
  for (const [status, code] of [[401, "unauthorized"], [404, "session_not_found"]] as const) {
    const { connections, asked } = await follow([refusal(status, code)]);
    assert.equal(asked.length, 1);
    const last = connections.at(-1);
    assert.ok(last?.kind === "over");
    assert.equal(last.problem?.code, code);
  }
});

Deno.test("followSession() reads events that arrive in pieces, and passes over what it does not know", async () => {
  const text = event(1) + frame("llm.later", "1.1", { of: "a newer node" }) + ":\n\n" +
    delta(1, 2, "é");
  const bytes = [...text];
  const { entries } = await follow([stream(bytes), END()]);
  assert.deepEqual(entries.map(({ kind }) => kind), ["event", "delta"]);
});

Deno.test("followSession() asks with the key and for a stream", async () => {
  const { sent } = await follow([END()]);
  assert.equal(sent[0]?.headers.get("authorization"), "Bearer k");
  assert.equal(sent[0]?.headers.get("accept"), "text/event-stream");
});

const kinds = (connections: readonly Connection[]) => connections.map(({ kind }) => kind);

Deno.test("followSession() takes a proper end for no trouble, and asks again at once", async () => {
  const closed = stream(["retry: 1000\n\n", event(1), event(2, "session.closed")]);
  const { connections, asked, slept } = await follow([closed, END()]);
  assert.deepEqual(kinds(connections), ["connecting", "live", "connecting", "over"]);
  assert.deepEqual([asked, slept], [["0", "2"], []]);
});

Deno.test("followSession() asks ever less often where streams end without having brought anything", async () => {
  const empty = () => stream(["retry: 1000\n\n"]);
  const { connections, slept } = await follow([empty(), empty(), empty(), END()]);
  assert.deepEqual(slept, [500, 1000, 2000]);
  assert.ok(!kinds(connections).includes("cut"));
});

Deno.test("followSession() takes a sign of life for a success: the next wait is short again", async () => {
  const idle = stream(["retry: 1000\n\n", ":\n\n"], { breaks: true });
  const { slept, asked } = await follow([null, null, null, idle, END()], { after: 7 });
  assert.deepEqual(slept, [500, 1000, 2000, 500]);
  assert.deepEqual([...new Set(asked)], ["7"]);
});

Deno.test("followSession() waits no longer when it is told to, and goes on after the last piece", async () => {
  const broken = stream([event(3), delta(3, 1, "1"), delta(3, 2, " 2")], { breaks: true });
  const rest = stream([delta(3, 3, " 3")]);
  const { asked, entries } = await follow([broken, rest, END()], {
    after: 2,
    clock: {
      now: () => 0,
      sleep: (_, signal) =>
        new Promise((resolve) => signal?.addEventListener("abort", () => resolve())),
    },
    onConnection: (connection) => {
      // The wait begins after it is told.
      if (connection.kind === "cut") queueMicrotask(connection.retryNow);
    },
  });
  assert.deepEqual(asked, ["2", "3.2", "3.3"]);
  const said = entries.map((entry) => entry.kind === "delta" ? entry.text : "").join("");
  assert.equal(said, "1 2 3");
});

Deno.test("followSession() gives up a stream that is silent for too long, and says so", async () => {
  const silent = new Response(new ReadableStream({}));
  const { world, timeUp } = testWorld([silent, END()]);
  const connections: Connection[] = [];
  const api = new Api(world, null);
  await followSession(api, world, {
    session: "s",
    after: 0,
    signal: new AbortController().signal,
    onEntries: () => {},
    onConnection: (connection) => {
      connections.push(connection);
      if (connection.kind === "live") setTimeout(timeUp);
    },
  });
  assert.deepEqual(kinds(connections), ["connecting", "live", "cut", "over"]);
});
