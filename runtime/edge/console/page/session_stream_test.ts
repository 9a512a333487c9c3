import assert from "node:assert/strict";
import { Api } from "./api.ts";
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

async function follow(replies: readonly Reply[], after = 0) {
  const { world, sent, slept } = testWorld(replies);
  const entries: StreamEntry[] = [];
  const connections: Connection[] = [];
  await followSession(new Api(world, "k"), world, {
    session: "s",
    after,
    signal: new AbortController().signal,
    onEntries: (more) => void entries.push(...more),
    onConnection: (connection) => void connections.push(connection),
  });
  const asked = sent.map(({ headers }) => headers.get("last-event-id"));
  return { entries, connections, asked, slept, sent };
}

const END = () => new Response(null, { status: 204 });

Deno.test("followSession() goes on where it was cut, and says that it is cut", async () => {
  const broken = stream([event(3), delta(3, 1, "a"), delta(3, 2, "b")], { breaks: true });
  const rest = stream([delta(3, 3, "c"), event(4, "llm.completed")]);
  const { entries, connections, asked } = await follow([broken, null, rest, END()], 2);
  assert.deepEqual(asked, ["2", "3.2", "3.2", "4"]);
  const told = entries.map((entry) => entry.kind === "delta" ? entry.text : entry.kind);
  assert.deepEqual(told, ["event", "a", "b", "c", "event"]);
  assert.deepEqual(connections.map(({ kind }) => kind), [
    "connecting",
    "live",
    "cut",
    "cut",
    "live",
    "cut",
    "over",
  ]);
});

Deno.test("followSession() waits longer after each failure, and starts anew after a success", async () => {
  const { slept } = await follow([null, null, null, stream([event(1)]), null, END()]);
  assert.deepEqual(slept, [500, 1000, 2000, 500, 1000]);
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
