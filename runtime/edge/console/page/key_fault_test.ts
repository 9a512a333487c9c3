import assert from "node:assert/strict";
import { keyFault } from "./key_fault.ts";

Deno.test("keyFault() names the first character that no key has", () => {
  assert.equal(keyFault("!the-only~right-key"), null);
  assert.equal(keyFault(""), null);
  const faults: readonly (readonly [string, string])[] = [
    ["key\u200b", "character 4 is U+200B"],
    ["\ufeffkey", "character 1 is U+FEFF"],
    ["a key", "character 2 is U+0020"],
    ["clé", "character 3 is U+00E9"],
    ["k\u{E0041}", "character 2 is U+E0041"],
    ["k\n", "character 2 is U+000A"],
  ];
  for (const [key, said] of faults) assert.ok(keyFault(key)?.includes(said), keyFault(key) ?? "");
});
