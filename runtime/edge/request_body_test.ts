import assert from "node:assert/strict";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { systemClock } from "../clock.ts";
import { HttpListener } from "./http_listener.ts";
import { exchange, Peer } from "./http_peer.ts";

const BODY_BYTES = 1000;

/** Serves an application that says how long a body is, if it is not too large. */
async function start(): Promise<HttpListener> {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: BODY_BYTES, onError: (c) => c.text("too large", 413) }));
  app.all("/", async (c) => c.text(String((await c.req.text()).length)));
  app.post("/unread", (c) => c.text("unread"));
  return await HttpListener.open({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => app.fetch(request),
    clock: systemClock,
  });
}

const POST = "POST / HTTP/1.1\nHost: localhost\nConnection: close";

/** A request as it is sent, and what its answer must match. */
const REQUESTS: readonly {
  readonly what: string;
  readonly head: string;
  readonly body?: string;
  readonly answer: RegExp;
}[] = [
  {
    what: "a body of known length",
    head: `${POST}\nContent-Length: 5`,
    body: "hello",
    answer: /^HTTP\/1\.1 200 OK[^]*content-length: 1\r[^]*\n5$/i,
  },
  {
    what: "a body in chunks",
    head: `${POST}\nTransfer-Encoding: chunked`,
    body: "5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n",
    answer: /^HTTP\/1\.1 200 OK[^]*\n8$/,
  },
  {
    what: "no body where there might be one",
    head: POST.replace("POST", "PATCH"),
    answer: /^HTTP\/1\.1 200 OK[^]*\n0$/,
  },
];

for (const { what, head, body, answer } of REQUESTS) {
  Deno.test(`withBody() gives the application ${what}`, async () => {
    const listener = await start();
    assert.match(await exchange(listener, head, body), answer);
    await listener.close(1000);
  });
}

/** Bodies with more bytes than are taken, and than fit between the two. */
const TOO_LARGE = {
  "of known length": [`${POST}\nContent-Length: 20000000`, "x".repeat(20_000_000)],
  "in chunks": [
    `${POST}\nTransfer-Encoding: chunked`,
    `${`c350\r\n${"x".repeat(50_000)}\r\n`.repeat(400)}0\r\n\r\n`,
  ],
};

for (const [what, [head = "", body]] of Object.entries(TOO_LARGE)) {
  Deno.test(`a client may send a body ${what} that is too large to its end, and is told`, async () => {
    const listener = await start();
    using peer = await Peer.connect(listener);
    await peer.send(head, body);
    assert.match(await peer.until(/too large$/) ?? "", /^HTTP\/1\.1 413 /);
    await listener.close(1000);
  });
}

Deno.test("a body that nobody reads does not keep the connection from the next request", async () => {
  const listener = await start();
  using peer = await Peer.connect(listener);
  const head = `POST /unread HTTP/1.1\nHost: localhost\nContent-Length: ${BODY_BYTES}`;
  for (let i = 0; i < 3; i++) {
    await peer.send(head, "x".repeat(BODY_BYTES));
    assert.match(await peer.until(/unread$/) ?? "", /^HTTP\/1\.1 200 /);
  }
  await listener.close(1000);
});
