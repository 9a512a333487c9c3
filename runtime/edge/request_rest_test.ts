import assert from "node:assert/strict";
import { type Clock, systemClock } from "../clock.ts";
import { HttpListener } from "./http_listener.ts";
import { Peer } from "./http_peer.ts";

/** How many times as fast the clock is on which the limits are tried. */
const FASTER = 100;

const fastClock: Clock = {
  ...systemClock,
  monotonic: () => systemClock.monotonic() * FASTER,
  sleep: (ms, signal) => systemClock.sleep(ms / FASTER, signal),
};

const MEGABYTE = "x".repeat(1_000_000);

/** Answers each request without a look at its body. */
async function start(clock: Clock = systemClock): Promise<HttpListener> {
  const fetch = () => new Response("early", { status: 401 });
  return await HttpListener.open({ hostname: "127.0.0.1", port: 0, fetch, clock });
}

/** Sends until the connection does not take it any more, and returns how much that was. */
async function sendOn(peer: Peer, piece: string, pause_ms: number): Promise<number> {
  let sent = 0;
  try {
    for (;; sent += piece.length) {
      await peer.write(piece);
      await systemClock.sleep(pause_ms);
    }
  } catch {
    return sent;
  }
}

const POST = "POST / HTTP/1.1\nHost: localhost";

const HEADS = {
  "of known length": `${POST}\nContent-Length: 1000000000000`,
  "in chunks": `${POST}\nTransfer-Encoding: chunked`,
};

for (const [what, head] of Object.entries(HEADS)) {
  Deno.test(`a client that drips a body ${what} after its answer is cut`, async () => {
    const listener = await start(fastClock);
    using peer = await Peer.connect(listener);
    await peer.send(head);
    assert.match(await peer.until(/early$/) ?? "", /^HTTP\/1\.1 401 /);
    const begun = systemClock.monotonic();
    const sent = await sendOn(peer, what === "in chunks" ? "1\r\nx\r\n" : "x", 20);
    const ms = (systemClock.monotonic() - begun) * FASTER;
    assert.ok(sent > 1 && ms > 20_000, `cut after ${sent} bytes and ${ms} ms`);
    await listener.close(0);
  });
}

Deno.test("a client that is silent after its answer is cut", async () => {
  const listener = await start(fastClock);
  using peer = await Peer.connect(listener);
  await peer.send(HEADS["of known length"], "x");
  assert.match(await peer.rest(), /^HTTP\/1\.1 401 [^]*early$/);
  await listener.close(0);
});

Deno.test("a client that sends very much after its answer is cut", async () => {
  const listener = await start();
  using peer = await Peer.connect(listener);
  await peer.send(HEADS["of known length"]);
  assert.ok(await peer.until(/early$/));
  const begun = systemClock.monotonic();
  const sent = await sendOn(peer, MEGABYTE, 5);
  const ms = systemClock.monotonic() - begun;
  assert.ok(sent > 60_000_000 && ms < 20_000, `cut after ${sent} bytes and ${ms} ms`);
  await listener.close(0);
});

const LAST = {
  "of HTTP/1.0": "POST / HTTP/1.0\nHost: localhost",
  "that says so": `${POST}\nConnection: close`,
};

for (const [what, wish] of Object.entries(LAST)) {
  Deno.test(`a request ${what} is its connection's last, also after an early answer`, async () => {
    const listener = await start();
    using peer = await Peer.connect(listener);
    await peer.send(`${wish}\nContent-Length: 1000000`);
    const answer = await peer.until(/early$/) ?? "";
    assert.doesNotMatch(answer, /keep-alive/i);
    await peer.write(MEGABYTE);
    assert.equal(await peer.rest(), "");
    await listener.close(1000);
  });
}

Deno.test("after an early answer and the rest of its request the connection can be used", async () => {
  const listener = await start();
  using peer = await Peer.connect(listener);
  for (let i = 0; i < 3; i++) {
    await peer.send(`${POST}\nContent-Length: 1000000`);
    assert.match(await peer.until(/early$/) ?? "", /connection: keep-alive/i);
    await peer.write(MEGABYTE);
  }
  await listener.close(1000);
});
