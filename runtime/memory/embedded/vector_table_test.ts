import assert from "node:assert/strict";
import fc from "fast-check";
import { cosine } from "../near_duplicates.ts";
import { MEMORY_KINDS } from "../port.ts";
import { type VectorFilter, type VectorRow, VectorTable } from "./vector_table.ts";

const DIMENSIONS = 10;

const coordinate = fc.integer({ min: -8, max: 8 });
const vector = fc.array(coordinate, { minLength: DIMENSIONS, maxLength: DIMENSIONS })
  .filter((values) => values.some((value) => value !== 0))
  .map((values) => Float32Array.from(values, (value) => value / Math.hypot(...values)));

const row = fc.record({
  agent: fc.constantFrom("bot", "clerk"),
  session: fc.constantFrom("ses_1", "ses_2"),
  kind: fc.constantFrom(...MEMORY_KINDS),
  at: fc.nat(9),
  vector,
  /** What becomes of it later. */
  fate: fc.constantFrom("stays", "stays", "is removed", "is touched"),
});

const filter: fc.Arbitrary<VectorFilter> = fc.record({
  agent: fc.constantFrom("bot", "clerk", "nobody"),
  session: fc.constantFrom("ses_1", "nowhere"),
  kinds: fc.uniqueArray(fc.constantFrom(...MEMORY_KINDS)),
  before: fc.nat(12),
  keys: fc.uniqueArray(fc.nat(200)).map((keys) => new Set(keys)),
}, { requiredKeys: [] });

type Known = VectorRow & { readonly vector: Float32Array };

function meets(row: Known, { agent, session, kinds, before, keys }: VectorFilter): boolean {
  return (agent === undefined || row.agent === agent) &&
    (session === undefined || row.session === session) &&
    (kinds === undefined || kinds.includes(row.kind)) &&
    (before === undefined || row.at < before) && (keys === undefined || keys.has(row.key));
}

Deno.test("VectorTable finds what a look at every vector finds, after rows came and went", () => {
  const rows = fc.array(row, { maxLength: 150 });
  fc.assert(
    fc.property(
      rows,
      vector,
      filter,
      fc.integer({ min: 1, max: 9 }),
      (rows, asked, filter, count) => {
        const table = new VectorTable(DIMENSIONS);
        const known = new Map<number, Known>();
        for (const [key, { fate: _, ...row }] of rows.entries()) {
          table.add({ ...row, key }, row.vector);
          known.set(key, { ...row, key });
        }
        for (const [key, { fate, ...row }] of rows.entries()) {
          if (fate === "is removed") {
            table.remove(key);
            known.delete(key);
          } else if (fate === "is touched") {
            table.touch(key, 11);
            known.set(key, { ...row, key, at: 11 });
          }
        }
        const scores = [...known.values()].filter((row) => meets(row, filter))
          .map((row) => cosine(asked, row.vector)).sort((a, b) => b - a).slice(0, count);
        const found = table.nearest(asked, filter, count);
        assert.equal(found.length, scores.length);
        for (const [i, { key, score }] of found.entries()) {
          assert.ok(Math.abs(score - scores[i]!) < 1e-6);
          assert.ok(Math.abs(score - cosine(asked, known.get(key)!.vector)) < 1e-6);
          assert.ok(meets(known.get(key)!, filter));
          assert.deepEqual(table.vector(key), known.get(key)!.vector);
        }
      },
    ),
  );
});

Deno.test("VectorTable gives back the memory of rows that went", () => {
  const table = new VectorTable(DIMENSIONS);
  const row = { agent: "bot", session: "ses", kind: "fact", at: 0 } as const;
  assert.equal(table.bytes, 0);
  for (let key = 0; key < 500; key++) table.add({ ...row, key }, new Float32Array(DIMENSIONS));
  const full = table.bytes;
  assert.ok(full >= 500 * DIMENSIONS * 4 && full <= 2 * 500 * DIMENSIONS * 4);
  for (let key = 0; key < 500; key++) table.remove(key);
  assert.equal(table.bytes, 0);
  table.remove(1);
  table.touch(1, 5);
  assert.equal(table.vector(1), null);
});

/** A vector at an angle from another one. */
function turned(vector: Float32Array, other: Float32Array, angle: number): Float32Array {
  const along = cosine(vector, other);
  const across = other.map((value, i) => value - along * vector[i]!);
  const length = Math.hypot(...across);
  return vector.map((value, i) => Math.cos(angle) * value + Math.sin(angle) * across[i]! / length);
}

/** Vectors in all directions, the same in each run. */
function* directions(size: number): Generator<Float32Array> {
  for (let seed = 1;; seed++) {
    const values = Array.from(
      { length: size },
      (_, i) => Math.sin(seed * 12.9898 + i * 78.233 * seed),
    );
    yield Float32Array.from(values, (value) => value / Math.hypot(...values));
  }
}

Deno.test("VectorTable.alike() finds nearly all that is near, and nothing else", () => {
  const table = new VectorTable(384);
  const source = directions(384);
  const row = { agent: "bot", session: "ses", kind: "fact", at: 0 } as const;
  const asked = Array.from({ length: 200 }, () => source.next().value as Float32Array);
  for (const [key, vector] of asked.entries()) table.add({ ...row, key }, vector);
  let missed = 0;
  for (const [key, vector] of asked.entries()) {
    const near = turned(vector, source.next().value as Float32Array, 0.2);
    const found = table.alike(near, row);
    assert.ok(found.every((other) => other === key));
    if (found.length === 0) missed++;
    const far = turned(vector, source.next().value as Float32Array, 0.3);
    assert.deepEqual(table.alike(far, row), []);
    assert.deepEqual(table.alike(vector, { agent: "clerk", kind: "fact" }), []);
    assert.deepEqual(table.alike(vector, { agent: "bot", kind: "episode" }), []);
  }
  assert.ok(missed <= 2, `Missed ${missed} of ${asked.length}`);
});
