import assert from "node:assert/strict";
import { EQUALS_MAX, FUSED_PLACES_MIN, queryRequest } from "./recall.ts";

const FILTER = { must: [{ key: "tenant", match: { value: "acme" } }] };
const WORDS = { query: { nearest: { indices: [1], values: [1] } }, using: "words" };
const MEANING = { query: { nearest: [1, 0] }, using: "meaning" };

Deno.test("queryRequest() asks for one search as it is, and for nothing without any", () => {
  const shape = { filter: FILTER, limit: 5, with_payload: true };
  assert.deepEqual(queryRequest([WORDS], FILTER, 5), { ...WORDS, ...shape });
  assert.equal(queryRequest([], FILTER, 5), null);
});

Deno.test("queryRequest() has the server fuse two searches, each of them for the tenant", () => {
  for (const [k, places, limit] of [[5, 50, 5 + EQUALS_MAX], [80, 80, 160]] as const) {
    assert.deepEqual(queryRequest([WORDS, MEANING], FILTER, k), {
      prefetch: [
        { ...WORDS, filter: FILTER, limit: places },
        { ...MEANING, filter: FILTER, limit: places },
      ],
      query: { rrf: { k: 61 } },
      filter: FILTER,
      limit,
      with_payload: true,
    });
  }
});

/** What Qdrant gives for a place, in its 32 bits; null: not in this ranking. */
const share = (place: number | null) => place === null ? 0 : Math.fround(1 / (61 + place));

Deno.test("EQUALS_MAX is how many others can have the score of one, not more", () => {
  const places = [null, ...Array.from({ length: FUSED_PLACES_MIN }, (_, place) => place)];
  const having = new Map<number, number>();
  for (const byWords of places) {
    for (const byMeaning of places) {
      const score = Math.fround(share(byWords) + share(byMeaning));
      if (score > 0) having.set(score, (having.get(score) ?? 0) + 1);
    }
  }
  assert.equal(Math.max(...having.values()), 1 + EQUALS_MAX);
});
