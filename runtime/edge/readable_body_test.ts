import assert from "node:assert/strict";
import { testEdge } from "./testing.ts";

/** Sends bytes to a path. Returns what the answer says about it. */
async function sender() {
  const { api, logged } = await testEdge();
  const send = async (
    headers: Record<string, string>,
    body: BodyInit | null = "{}",
    [method, path]: readonly [string, string] = ["POST", "/api/v1/sessions"],
  ) => {
    const response = await api.request(path, { method, headers, body });
    const { code, detail } = await response.json();
    const accept = response.headers.get("accept");
    const coding = response.headers.get("accept-encoding");
    return { status: response.status, code, detail, accept, coding };
  };
  return { send, logged };
}

/** Every route that takes a body. */
const ROUTES: readonly (readonly [method: string, path: string])[] = [
  ["POST", "/api/v1/sessions"],
  ["POST", "/api/v1/sessions/s/messages"],
  ["POST", "/api/v1/sessions/s/cancel"],
  ["POST", "/api/v1/sessions/s/fork"],
  ["POST", "/api/v1/approvals/a"],
  ["POST", "/api/v1/schedules"],
  ["POST", "/api/v1/nodes/n/drain"],
  ["PUT", "/api/v1/agents/a"],
];

const JSON_TYPE = { "content-type": "application/json" };

Deno.test("the edge answers 415 to a charset other than UTF-8, on every route with a body", async () => {
  const { send } = await sender();
  for (const charset of ["utf-16", "iso-8859-1", '"UTF-16LE"', "us-ascii", "utf-8x"]) {
    for (const route of ROUTES) {
      const answer = await send(
        { "content-type": `application/json; charset=${charset}` },
        "{}",
        route,
      );
      const found = charset.replaceAll('"', "");
      assert.deepEqual(answer, {
        status: 415,
        code: "unsupported_media_type",
        detail: `The body's charset is ${found}, wanted utf-8 or none`,
        accept: "application/json",
        coding: null,
      }, `${route} ${charset}`);
    }
  }
});

Deno.test("the edge answers 415 to a content coding, on every route with a body", async () => {
  const { send } = await sender();
  for (const coding of ["gzip", "br", "identity, gzip", "x".repeat(200)]) {
    for (const route of ROUTES) {
      const answer = await send({ ...JSON_TYPE, "content-encoding": coding }, "{}", route);
      assert.deepEqual(
        [answer.status, answer.code, answer.accept, answer.coding],
        [415, "unsupported_media_type", null, "identity"],
        `${route} ${coding}`,
      );
      assert.match(answer.detail, /^The body's content encoding is (gzip|br|x{80}…), wanted none/);
    }
  }
});

Deno.test("the edge takes UTF-8 by any of its spellings, no coding, and a mark before the text", async () => {
  const { send } = await sender();
  const types = [
    "application/json",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    "application/json; CHARSET=Utf-8",
    "application/json; charset=utf8",
    "application/json; version=1; charset=utf-8",
    "application/json ; charset=utf-8",
    "application/json;",
    'application/json; charset="utf-8"; x=";"',
    "APPLICATION/JSON",
    "application/ld+json",
  ];
  for (const type of types) assert.equal((await send({ "content-type": type })).status, 201, type);
  for (const coding of ["identity", "IDENTITY", "identity, identity"]) {
    const headers = { ...JSON_TYPE, "content-encoding": coding };
    assert.equal((await send(headers)).status, 201, coding);
  }
  assert.equal((await send(JSON_TYPE, "\uFEFF{}")).status, 201);
  assert.equal((await send({}, null)).status, 201);
});

Deno.test("the edge names the content type that it wants", async () => {
  const { send } = await sender();
  for (const type of ["text/plain", "json", "application/jsonl", "application/json, text/plain"]) {
    const { status, accept, coding, detail } = await send({ "content-type": type });
    assert.deepEqual([status, accept, coding], [415, "application/json", null]);
    assert.equal(detail, `The body's content type is ${type}, wanted application/json`);
  }
});

Deno.test("the edge answers 400 to bytes that are not UTF-8, and to a body that breaks off", async () => {
  const { send, logged } = await sender();
  const bytes = new Uint8Array([...new TextEncoder().encode('{"id":"a'), 0xff, 0x22, 0x7d]);
  const answer = await send(JSON_TYPE, bytes);
  assert.deepEqual([answer.status, answer.code, answer.detail], [
    400,
    "malformed_request",
    "The body is not UTF-8 text",
  ]);
  // The sign that stands for such bytes is text like any other.
  const sign = '{"metadata":{"a":"\uFFFD"}}';
  assert.equal((await send(JSON_TYPE, sign)).status, 201);
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
    pull: (controller) => controller.error(new TypeError("gone")),
  });
  const cut = await send({ ...JSON_TYPE, "content-length": "10" }, broken);
  assert.deepEqual([cut.status, cut.code], [400, "malformed_request"]);
  assert.match(cut.detail, /^The body was cut off before its end/);
  assert.deepEqual(logged.filter(({ level }) => level === "error"), []);
});

Deno.test("the edge looks at the body only where there is a route for it", async () => {
  const { send } = await sender();
  const unreadable = [
    { "content-type": "application/json; charset=latin1" },
    { ...JSON_TYPE, "content-encoding": "gzip" },
  ];
  const cases = [
    ["POST", "/api/v1/nothing", 404],
    ["PUT", "/api/v1/skills", 405],
    ["POST", "/api/v1/sessions/s", 405],
    ["POST", "/api/v1/sessions/s/messages", 415],
  ] as const;
  for (const headers of unreadable) {
    for (const [method, path, wanted] of cases) {
      const { status } = await send(headers, "{}", [method, path]);
      assert.equal(status, wanted, `${method} ${path}`);
    }
  }
});

Deno.test("the edge decodes a body once, also when its text goes into the key's digest", async () => {
  const { send } = await sender();
  const decoders = [
    [TextDecoder.prototype, "decode"],
    [Request.prototype, "text"],
    [Request.prototype, "json"],
    [Response.prototype, "text"],
  ] as const;
  let decoded = 0;
  const restore = decoders.map(([prototype, name]) => {
    const original: unknown = Reflect.get(prototype, name);
    assert.ok(typeof original === "function");
    Reflect.set(prototype, name, function (this: unknown, ...given: unknown[]): unknown {
      decoded++;
      return Reflect.apply(original, this, given);
    });
    return () => Reflect.set(prototype, name, original);
  });
  const answer = await send({ ...JSON_TYPE, "idempotency-key": "k" }, '{"metadata":{"a":"é"}}')
    .finally(() => restore.forEach((undo) => undo()));
  assert.deepEqual([answer.status, decoded], [201, 1]);
});
