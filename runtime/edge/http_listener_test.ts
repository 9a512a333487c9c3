import assert from "node:assert/strict";
import { Hono } from "hono";
import { type Clock, systemClock } from "../clock.ts";
import { HttpListener, type HttpListenerOptions } from "./http_listener.ts";
import { exchange, Peer } from "./http_peer.ts";

/** A chunk of the endless stream. */
const CHUNK = new Uint8Array(65_536);

/** How long a listener with a slow clock waits for requests, in its milliseconds. */
const PATIENCE_MS = 60_000;

/** How long it may take to stop when all that is left are connections that nobody uses. */
const STOP_MS_MAX = 5000;

/** A machine that is busy otherwise must not be too slow for what a test does in between. */
const slowClock: Clock = {
  ...systemClock,
  monotonic: () => systemClock.monotonic() / 4,
  sleep: (ms, signal) => systemClock.sleep(ms * 4, signal),
};

/** What became of the application's requests. */
interface Seen {
  aborted: number;
  cancelled: number;
  pulled: number;
  readonly finish: PromiseWithResolvers<void>;
}

function application(): { readonly app: Hono; readonly seen: Seen } {
  const app = new Hono();
  const seen = { aborted: 0, cancelled: 0, pulled: 0, finish: Promise.withResolvers<void>() };
  app.use(async (c, next) => {
    c.req.raw.signal.addEventListener("abort", () => seen.aborted++);
    await next();
  });
  app.get("/", (c) => c.text(`hello ${new URL(c.req.url).hostname}`));
  app.get("/later", async (c) => {
    await seen.finish.promise;
    return c.text("at last");
  });
  app.get("/header", (c) => c.text(String(c.req.header("x-long")?.length)));
  app.post("/", async (c) => c.text(await c.req.text().catch(() => "half")));
  app.get("/endless", (c) => {
    const body = new ReadableStream({
      pull(controller) {
        seen.pulled++;
        controller.enqueue(CHUNK);
      },
      cancel: () => void seen.cancelled++,
    }, { highWaterMark: 0 });
    return c.body(body);
  });
  return { app, seen };
}

async function start(clock: Clock = systemClock, more: Partial<HttpListenerOptions> = {}) {
  const { app, seen } = application();
  const listener = await HttpListener.open({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => app.fetch(request),
    clock,
    ...more,
  });
  return { listener, seen };
}

/** Whether somebody listens there. */
async function connects(listener: HttpListener): Promise<boolean> {
  try {
    using _peer = await Peer.connect(listener);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}

async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await systemClock.sleep(5);
}

const GET = "GET / HTTP/1.1\nHost: localhost";
const POST = "POST / HTTP/1.1\nHost: localhost\nConnection: close";

Deno.test("close() lets those be answered who had connected and not yet asked", async () => {
  const { listener } = await start(slowClock);
  using early = await Peer.connect(listener);
  using other = await Peer.connect(listener);
  const closed = listener.close(PATIENCE_MS);
  while (await connects(listener)) await systemClock.sleep(20);
  for (const peer of [early, other]) {
    await peer.send(GET);
    assert.match(await peer.rest(), /^HTTP\/1\.1 200 OK[^]*connection: close[^]*hello localhost$/i);
  }
  await closed;
});

Deno.test("retire() ends each connection with its next answer, and none between two", async () => {
  const { listener } = await start();
  using peer = await Peer.connect(listener);
  await peer.send(GET);
  assert.doesNotMatch(await peer.until(/hello/) ?? "", /connection: close/i);
  listener.retire();
  await systemClock.sleep(50);
  await peer.send(GET);
  assert.match(await peer.rest(), /^HTTP\/1\.1 200 OK[^]*connection: close[^]*hello/i);
  await listener.close(1000);
});

Deno.test("close() answers on connections that were idle, and then closes those that still are", async () => {
  const { listener } = await start(slowClock);
  using used = await Peer.connect(listener);
  using idle = await Peer.connect(listener);
  for (const peer of [used, idle]) {
    await peer.send(GET);
    assert.ok(await peer.until(/hello/));
  }
  const begun = slowClock.monotonic();
  const closed = listener.close(PATIENCE_MS);
  while (await connects(listener)) await systemClock.sleep(20);
  await used.send(GET);
  assert.match(await used.rest(), /^HTTP\/1\.1 200 OK[^]*connection: close[^]*hello/i);
  assert.equal(await idle.rest(), "");
  await closed;
  assert.ok(slowClock.monotonic() - begun < STOP_MS_MAX, "it waits for nobody");
});

Deno.test("close() waits for the requests under way", async () => {
  const { listener, seen } = await start();
  using peer = await Peer.connect(listener);
  await peer.send("GET /later HTTP/1.1\nHost: localhost");
  await systemClock.sleep(20);
  let over = false;
  const closed = listener.close(60_000).then(() => over = true);
  await systemClock.sleep(400);
  assert.equal(over, false);
  seen.finish.resolve();
  assert.match(await peer.rest(), /connection: close[^]*at last$/i);
  await closed;
  assert.equal(seen.aborted, 0);
});

Deno.test("close() cuts who neither reads nor goes, when its patience is over", async () => {
  const { listener, seen } = await start();
  using slow = await Peer.connect(listener);
  await slow.send("GET /endless HTTP/1.1\nHost: localhost");
  using half = await Peer.connect(listener);
  await half.send(`${POST}\nContent-Length: 10`, "half");
  await until(() => seen.pulled > 0);
  await listener.close(400);
  await until(() => seen.cancelled === 1);
});

Deno.test("open() names the port that is taken", async () => {
  const { listener } = await start();
  const port = Number(new URL(listener.url).port);
  const options = { hostname: "127.0.0.1", port, fetch: () => new Response(), clock: systemClock };
  await assert.rejects(HttpListener.open(options), {
    name: "AddrInUse",
    message: `Port ${port} of 127.0.0.1 is in use`,
  });
  await listener.close(0);
});

Deno.test("a stream is written no faster than it is read, and ends with its reader", async () => {
  const { listener, seen } = await start();
  using peer = await Peer.connect(listener);
  await peer.send("GET /endless HTTP/1.1\nHost: localhost");
  await until(() => seen.pulled > 0);
  let before = -1;
  while (before !== seen.pulled) {
    before = seen.pulled;
    await systemClock.sleep(200);
  }
  assert.ok(seen.pulled * CHUNK.length < 50_000_000, `${seen.pulled} chunks`);
  peer.go();
  await until(() => seen.cancelled === 1 && seen.aborted === 1);
  await listener.close(1000);
});

Deno.test("a request is aborted when its client goes, and not when it was answered", async () => {
  const { listener, seen } = await start();
  await exchange(listener, `${GET}\nConnection: close`);
  assert.equal(seen.aborted, 0);
  {
    using peer = await Peer.connect(listener);
    await peer.send("GET /later HTTP/1.1\nHost: localhost");
    await systemClock.sleep(50);
  }
  await until(() => seen.aborted === 1);
  seen.finish.resolve();
  await listener.close(1000);
});

Deno.test("who comes when there are too many is closed unheard, and the first time is told", async () => {
  let full = 0;
  const room = { connections: 2, backlog: 8 };
  const { listener } = await start(systemClock, { room, onFull: () => void full++ });
  const taken = [await Peer.connect(listener), await Peer.connect(listener)];
  for (let i = 0; i < 20; i++) assert.equal(await exchange(listener, GET), "");
  assert.equal(full, 1);
  assert.equal(await listener.hears(5000, new AbortController().signal), true);
  for (const peer of taken) {
    await peer.send(GET);
    assert.ok(await peer.until(/hello/));
    peer.go();
  }
  while (!/hello/.test(await exchange(listener, `${GET}\nConnection: close`))) {
    await systemClock.sleep(5);
  }
  await listener.close(1000);
});

/** A request as it is sent, and what its answer must match. */
const REQUESTS: readonly {
  readonly what: string;
  readonly head: string;
  readonly body?: string;
  readonly answer: RegExp;
}[] = [
  {
    what: "HEAD",
    head: "HEAD / HTTP/1.1\nHost: localhost\nConnection: close",
    answer: /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/,
  },
  {
    what: "HTTP/1.0 without a host",
    head: "GET / HTTP/1.0",
    answer: /^HTTP\/1\.1 200 OK[^]*hello 127\.0\.0\.1$/,
  },
  {
    what: "HTTP/1.1 without a host",
    head: "GET / HTTP/1.1",
    answer: /^HTTP\/1\.1 400 /,
  },
  {
    what: "two hosts",
    head: "GET / HTTP/1.1\nHost: localhost\nhost: localhost",
    answer: /^HTTP\/1\.1 400 [^]*\r\n\r\n$/,
  },
  {
    what: "a host that is none",
    head: "GET / HTTP/1.1\nHost: evil@localhost/\nConnection: close",
    answer: /^HTTP\/1\.1 400 /,
  },
  { what: "no HTTP at all", head: "\x16\x03\x01 hello", answer: /^HTTP\/1\.1 400 / },
  {
    what: "two lengths",
    head: `${POST}\nContent-Length: 5\nTransfer-Encoding: chunked`,
    body: "0\r\n\r\n",
    answer: /^HTTP\/1\.1 400 /,
  },
  {
    what: "a long header",
    head: `GET /header HTTP/1.1\nHost: a\nConnection: close\nX-Long: ${"x".repeat(40_000)}`,
    answer: /^HTTP\/1\.1 200 OK[^]*\n40000$/,
  },
  {
    what: "a header too long",
    head: `GET /header HTTP/1.1\nHost: a\nConnection: close\nX-Long: ${"x".repeat(70_000)}`,
    answer: /^HTTP\/1\.1 431 /,
  },
  {
    what: "too many headers",
    head: `GET / HTTP/1.1\nHost: a\n${"X: a\n".repeat(101)}`,
    answer: /^HTTP\/1\.1 431 /,
  },
  {
    what: "a wish for a tunnel",
    head: "CONNECT example.com:443 HTTP/1.1\nHost: example.com:443",
    answer: /^HTTP\/1\.1 501 [^]*\r\n\r\n$/,
  },
  {
    what: "a wish for another protocol",
    head: "GET / HTTP/1.1\nHost: localhost\nConnection: Upgrade, close\nUpgrade: websocket",
    answer: /^HTTP\/1\.1 200 OK[^]*hello localhost$/,
  },
];

for (const { what, head, body, answer } of REQUESTS) {
  Deno.test(`a request with ${what} gets its answer`, async () => {
    const { listener } = await start();
    assert.match(await exchange(listener, head, body), answer);
    await listener.close(1000);
  });
}
