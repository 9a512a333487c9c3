import assert from "node:assert/strict";
import { KEPT_CHARS_MAX, KeptPieces } from "./kept_pieces.ts";
import type { LiveEntry } from "./port.ts";

const START = { seq: 0, n: 0 };

function delta(n: number, text = "x"): LiveEntry {
  return { kind: "delta", cursor: { seq: 1, n }, text, first: n === 1 };
}

function charsOf(entries: readonly LiveEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.kind === "delta" ? entry.text.length : 0), 0);
}

Deno.test("KeptPieces keeps pieces and resets in order, and no events", () => {
  const body = { seq: 2, type: "noted", v: 1, payload: null, cause: "c", at: 0, hash: "h" };
  const pieces: LiveEntry[] = [delta(1), { kind: "reset", cursor: { seq: 1, n: 2 } }, delta(3)];
  const kept = new KeptPieces(16);
  kept.add([...pieces, { kind: "event", cursor: { seq: 2, n: 0 }, event: body }]);
  assert.deepEqual(kept.after(START), pieces);
  assert.deepEqual(kept.after({ seq: 1, n: 2 }), pieces.slice(2));
});

Deno.test("KeptPieces never keeps more text than it may, and keeps the newest without a gap", () => {
  const kept = new KeptPieces(1_000_000);
  const text = "x".repeat(KEPT_CHARS_MAX / 10);
  for (let n = 1; n <= 40; n++) {
    kept.add([delta(n, text)]);
    const found = kept.after(START);
    assert.ok(charsOf(found) <= KEPT_CHARS_MAX, `Keeps ${charsOf(found)} characters`);
    assert.ok(found.length >= Math.min(n, 7), `Keeps ${found.length} pieces of ${n}`);
    assert.deepEqual(
      found.map(({ cursor }) => cursor.n),
      Array.from(found, (_, i) => n - found.length + 1 + i),
    );
  }
});

Deno.test("KeptPieces lets go of a piece that is too long by itself, and goes on", () => {
  const kept = new KeptPieces(16);
  kept.add([delta(1), delta(2, "x".repeat(KEPT_CHARS_MAX + 1))]);
  assert.deepEqual(kept.after(START), []);
  kept.add([delta(3)]);
  assert.deepEqual(kept.after(START), [delta(3)]);
});
