import assert from "node:assert/strict";
import description from "./qdrant_openapi.json" with { type: "json" };
import type { OpenApi } from "./reduce_openapi.ts";
import { reduceOpenApi } from "./reduce_openapi.ts";
import { QdrantStandIn } from "./server.ts";
import { jsonSchema, Validator } from "./validator.ts";

const validator = new Validator(description as unknown as OpenApi);

function requestFaults(method: string, path: string, body?: unknown): string[] {
  return validator.requestFaults({ method, url: new URL(path, "http://qdrant"), body });
}

const POINTS = "/collections/a/points";
const POINT = {
  id: "00000000-0000-8000-8000-000000000001",
  vector: { meaning: [0.5, 1], words: { indices: [7], values: [1.5] } },
  payload: { tenant: "acme", at: 1 },
};
const QUERY = {
  prefetch: [{ query: { nearest: [1, 2] }, using: "meaning", limit: 5 }],
  query: { rrf: { k: 60 } },
  filter: { must: [{ key: "tenant", match: { value: "acme" } }] },
  limit: 5,
};

Deno.test("Validator finds nothing wrong with what is described", () => {
  assert.deepEqual(requestFaults("PUT", `${POINTS}?wait=true`, { points: [POINT] }), []);
  assert.deepEqual(requestFaults("POST", `${POINTS}/query`, QUERY), []);
  assert.deepEqual(requestFaults("GET", "/aliases"), []);
  const answer = { result: { points: [{ id: 1, version: 0, score: 0.5 }] }, status: "ok", time: 0 };
  const name = "POST /collections/{collection_name}/points/query";
  assert.deepEqual(validator.answerFaults(name, 200, answer), []);
  assert.deepEqual(validator.answerFaults(name, 404, { status: { error: "Not found" } }), []);
});

/** A name, a request, and the place of its fault. */
const BAD_REQUESTS: readonly (readonly [string, string, string, unknown, RegExp])[] = [
  ["a path", "POST", "/collections/a/pointz", {}, /pointz is not described/],
  ["a method", "PATCH", POINTS, {}, /PATCH .* is not described/],
  ["a parameter", "PUT", `${POINTS}?wiat=true`, { points: [] }, /\?wiat is not described/],
  ["a parameter's value", "PUT", `${POINTS}?wait=1`, { points: [] }, /\?wait .*boolean/],
  ["a missing body", "PUT", POINTS, undefined, /request/],
  ["a body too many", "GET", "/aliases", {}, /takes no body/],
  ["an id", "PUT", POINTS, { points: [{ ...POINT, id: "m1" }] }, /\/points\/0\/id: .*uuid/],
  [
    "a vector's value",
    "PUT",
    POINTS,
    { points: [POINT, { ...POINT, vector: { meaning: [1, "2"] } }] },
    /\/points\/1\/vector\/meaning\/1: must be number/,
  ],
  [
    "a term's number",
    "PUT",
    POINTS,
    { points: [{ ...POINT, vector: { words: { indices: [2 ** 32], values: [1] } } }] },
    /\/points\/0\/vector\/words\/indices\/0: .*uint32/,
  ],
  [
    "a mode",
    "PUT",
    POINTS,
    { points: [], update_mode: "insert" },
    /\/update_mode: .*allowed values/,
  ],
  ["a limit", "POST", `${POINTS}/query`, { ...QUERY, limit: 0 }, /\/limit: must be >= 1/],
  ["a misspelt member", "POST", `${POINTS}/query`, { ...QUERY, prefetsch: [] }, /\(prefetsch\)/],
  [
    "a misspelt condition",
    "POST",
    `${POINTS}/query`,
    { ...QUERY, filter: { must: [{ key: "tenant", macth: { value: "a" } }] } },
    /\/filter\/must\/0: .*\(macth\)/,
  ],
  ["a fusion", "POST", `${POINTS}/query`, { query: { fusion: "rank" } }, /\/query\/fusion: /],
];

for (const [what, method, path, body, fault] of BAD_REQUESTS) {
  Deno.test(`Validator finds a fault in ${what}, and says where`, () => {
    assert.match(requestFaults(method, path, body).join("\n"), fault);
  });
}

Deno.test("Validator finds faults in answers, and says where", () => {
  const faults = (status: number, body: unknown) =>
    validator.answerFaults("POST /collections/{collection_name}/points/count", status, body);
  assert.deepEqual(faults(200, { result: { count: 1 }, status: "ok", time: 0 }), []);
  assert.match(faults(200, { result: { count: -1 } }).join(), /answer 200 \/result\/count: /);
  assert.match(faults(200, { result: { counts: 1 } }).join(), /answer 200 \/result: /);
  assert.match(faults(404, { status: "gone" }).join(), /answer 404 \/status: must be object/);
  assert.match(validator.answerFaults("GET /nowhere", 200, {}).join(), /is not described/);
});

Deno.test("The stand-in refuses what is not described, and its end says so", async () => {
  const server = new QdrantStandIn();
  const response = await fetch(`${server.url}/collections/a/points/count`, {
    method: "POST",
    body: JSON.stringify({ exact: "yes" }),
  });
  assert.equal(response.status, 400);
  assert.match((await response.json()).status.error, /\/exact: must be boolean/);
  await assert.rejects(server[Symbol.asyncDispose](), /\/exact: must be boolean/);
});

Deno.test("jsonSchema() makes null a type, and closes objects that name their members", () => {
  assert.deepEqual(
    jsonSchema({
      type: "object",
      properties: {
        nullable: { type: "boolean" },
        a: { anyOf: [{ $ref: "#/x" }, { nullable: true }] },
      },
    }),
    {
      type: "object",
      properties: {
        nullable: { type: "boolean" },
        a: { anyOf: [{ $ref: "qdrant#/x" }, { type: "null" }] },
      },
      additionalProperties: false,
    },
  );
  assert.deepEqual(jsonSchema({ type: "object", additionalProperties: true }), {
    type: "object",
    additionalProperties: true,
  });
});

Deno.test("reduceOpenApi() keeps what the used paths refer to, and no prose", () => {
  const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  const whole: OpenApi = {
    openapi: "3.0.1",
    info: { version: "1", license: { name: "L" } },
    paths: {
      "/a": { get: { summary: "A", responses: { 200: ref("One") } }, put: { responses: {} } },
      "/b": { get: {} },
    },
    components: {
      schemas: {
        One: {
          type: "object",
          description: "Prose",
          properties: { two: ref("Two"), description: { type: "string" } },
        },
        Two: { type: "array", items: ref("One"), example: [1] },
        Three: {},
      },
    },
  };
  const { paths, components, info } = reduceOpenApi(whole, { "/a": ["get"] });
  assert.deepEqual(paths, { "/a": { get: { responses: { 200: ref("One") } } } });
  assert.deepEqual(components.schemas, {
    One: { type: "object", properties: { two: ref("Two"), description: { type: "string" } } },
    Two: { type: "array", items: ref("One") },
  });
  assert.deepEqual(info.license, { name: "L" });
});
