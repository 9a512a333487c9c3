import assert from "node:assert/strict";
import {
  agoText,
  bytesText,
  costText,
  countText,
  durationText,
  jsonLine,
  jsonText,
} from "./words.ts";

Deno.test("bytesText() keeps a digit where there are few", () => {
  const sizes = [0, 1023, 1024, 10_240, 1_048_576, 52_428_800];
  assert.deepEqual(sizes.map(bytesText), [
    "0 B",
    "1023 B",
    "1.0 KiB",
    "10 KiB",
    "1.0 MiB",
    "50 MiB",
  ]);
});

Deno.test("countText() sets thousands apart, costText() keeps what there is of small amounts", () => {
  assert.equal(countText(1_234_567), "1,234,567");
  assert.deepEqual([0, 0.000123, 0.0099, 1.239].map(costText), [
    "$0",
    "$0.00012",
    "$0.0099",
    "$1.24",
  ]);
});

Deno.test("durationText() and agoText() choose a unit that fits", () => {
  assert.deepEqual([12.4, 1500, 30_000, 600_000].map(durationText), [
    "12 ms",
    "1.5 s",
    "30 s",
    "10 min",
  ]);
  const now = 10_000_000_000;
  const ago = [1, 30, 90, 7200, 200_000].map((seconds) => agoText(now - seconds * 1000, now));
  assert.deepEqual(ago, ["now", "30 s ago", "1 min ago", "2 h ago", "2 d ago"]);
  assert.equal(agoText(now + 60_000, now), "in 1 min");
});

Deno.test("jsonText() writes what cannot be seen as escapes that mean the same", () => {
  const value = { to: "a\u202Eb", zero: "\u200B", tag: "\u{E0041}", plain: "é 漢 <b>" };
  const text = jsonText(value);
  assert.match(text, /"a\\u202eb"/);
  assert.match(text, /"\\u200b"/);
  assert.match(text, /"\\udb40\\udc41"/);
  assert.match(text, /"é 漢 <b>"/);
  assert.deepEqual(JSON.parse(text), value);
});

Deno.test("jsonText() leaves no character in a text that cannot be seen, and changes none", () => {
  const codes = Array.from({ length: 0x110000 }, (_, code) => code);
  const all = codes.filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code)).join("");
  const text = jsonText(all);
  assert.equal(JSON.parse(text), all);
  const raw = text.match(/[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{Zl}\p{Zp}\u2800]/gu);
  assert.deepEqual(raw, null);
  for (const seen of [" ", "é", "漢", "\u00a0", "😀"]) assert.ok(text.includes(seen), seen);
  assert.equal(jsonText({ a: [1] }), '{\n  "a": [\n    1\n  ]\n}');
});

Deno.test("jsonLine() is one line, cut to the width", () => {
  assert.equal(jsonLine({ a: [1, 2] }), '{ "a": [ 1, 2 ] }');
  assert.equal(jsonLine("x".repeat(50), 10), '"xxxxxxxx…');
  assert.equal(jsonLine(undefined), "");
});
