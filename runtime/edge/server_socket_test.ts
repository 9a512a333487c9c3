import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { HttpListener } from "./http_listener.ts";
import { exchange, Peer } from "./http_peer.ts";
import { testEdge } from "./testing.ts";

/** The API over a fake node, on a socket. */
async function start() {
  const { api, measured, logged } = await testEdge();
  const listener = await HttpListener.open({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => api.fetch(request),
    clock: systemClock,
  });
  return { listener, measured, logged };
}

const HEADERS = "HTTP/1.1\nHost: localhost\nConnection: close\nContent-Type: application/json";

Deno.test("the edge answers TRACE with 405, and measures it", async () => {
  for (const more of ["", "\nContent-Length: 0", "\nTransfer-Encoding: chunked"]) {
    const { listener, measured } = await start();
    const body = more.includes("chunked") ? "0\r\n\r\n" : "";
    const answer = await exchange(listener, `TRACE /api/v1/sessions ${HEADERS}${more}`, body);
    assert.match(answer, /^HTTP\/1\.1 405 [^]*\nallow: [^]*"code":"method_not_allowed"/i);
    assert.deepEqual(measured, [{ method: "OTHER", route: "unmatched", status: "405" }]);
    await listener.close(1000);
  }
});

Deno.test("the edge answers OPTIONS * with a problem, and measures it", async () => {
  const { listener, measured } = await start();
  const answer = await exchange(listener, `OPTIONS * ${HEADERS}`);
  assert.match(answer, /^HTTP\/1\.1 404 [^]*"code":"route_not_found"/);
  assert.deepEqual(measured, [{ method: "OPTIONS", route: "unmatched", status: "404" }]);
  await listener.close(1000);
});

const CUT = {
  "of known length": ["Content-Length: 100", '{"id":'],
  "in chunks": ["Transfer-Encoding: chunked", '6\r\n{"id":\r\n'],
};

for (const [what, [header, body]] of Object.entries(CUT)) {
  Deno.test(`a client that goes in the middle of a body ${what} is no error of the node`, async () => {
    const { listener, measured, logged } = await start();
    {
      using peer = await Peer.connect(listener);
      await peer.send(`POST /api/v1/sessions ${HEADERS}\n${header}`, body);
      await systemClock.sleep(50);
    }
    while (measured.length === 0) await systemClock.sleep(5);
    assert.deepEqual(measured, [{ method: "POST", route: "/api/v1/sessions", status: "400" }]);
    assert.deepEqual(logged.filter(({ level }) => level === "error"), []);
    await listener.close(1000);
  });
}
