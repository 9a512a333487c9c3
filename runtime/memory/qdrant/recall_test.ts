import assert from "node:assert/strict";
import { queryRequest } from "./recall.ts";

const FILTER = { must: [{ key: "tenant", match: { value: "acme" } }] };
const WORDS = { query: { nearest: { indices: [1], values: [1] } }, using: "words" };
const MEANING = { query: { nearest: [1, 0] }, using: "meaning" };

Deno.test("queryRequest() asks for one search as it is, and for nothing without any", () => {
  const shape = { filter: FILTER, limit: 5, with_payload: true };
  assert.deepEqual(queryRequest([WORDS], FILTER, 5), { ...WORDS, ...shape });
  assert.equal(queryRequest([], FILTER, 5), null);
});

Deno.test("queryRequest() has the server fuse two searches, each of them for the tenant", () => {
  for (const [k, limit] of [[5, 50], [80, 80]] as const) {
    assert.deepEqual(queryRequest([WORDS, MEANING], FILTER, k), {
      prefetch: [{ ...WORDS, filter: FILTER, limit }, { ...MEANING, filter: FILTER, limit }],
      query: { rrf: { k: 61 } },
      filter: FILTER,
      limit: k,
      with_payload: true,
    });
  }
});
