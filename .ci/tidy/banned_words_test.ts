import assert from "node:assert/strict";
import { bannedWords } from "./banned_words.ts";

function wordsIn(path: string, text: string): string[] {
  return bannedWords([{ path, text }]).map(({ message }) => /"(.*)"/.exec(message)?.[1] ?? "");
}

Deno.test("bannedWords() refuses paths of one machine", () => {
  assert.deepEqual(wordsIn("a.ts", 'open("/root/x"); open("/home/me")'), ["/root/", "/home/"]);
  assert.deepEqual(wordsIn("a.md", "See /work/main."), ["/work/"]);
  assert.deepEqual(wordsIn("a.ts", 'get("https://example.com/home/"); "./work/"'), []);
});

Deno.test("bannedWords() lets tests and documents speak of the temporary folder", () => {
  assert.deepEqual(wordsIn("a.ts", '"/tmp/x"'), ["/tmp/"]);
  assert.deepEqual(wordsIn("a_test.ts", '"/tmp/x"'), []);
  assert.deepEqual(wordsIn("docs/start.md", "cd /tmp/x"), []);
});

Deno.test("bannedWords() refuses registries that are named in source", () => {
  assert.deepEqual(wordsIn("a.ts", 'import "jsr:@std/assert"'), ["jsr:"]);
  assert.deepEqual(wordsIn("a.ts", '"https://deno.land/x/a.ts"'), ["https://deno.land/"]);
  assert.deepEqual(wordsIn("deno.json", "https://registry.npmjs.org/zod"), ["registry.npmjs.org"]);
  assert.deepEqual(wordsIn("docs/start.md", "https://deno.land/ has the runtime"), []);
  assert.deepEqual(wordsIn("a.ts", '"npm:zod@4.6.7"; "https://docs.deno.com"'), []);
});

Deno.test("bannedWords() refuses marks of unfinished work", () => {
  assert.deepEqual(wordsIn("a.ts", "// FIXME\n// XXX why\n// Not implemented"), [
    "FIXME",
    "XXX",
    "Not implemented",
  ]);
  assert.deepEqual(wordsIn("a.sh", "mktemp -d synapse.XXXXXX"), []);
});

Deno.test("bannedWords() names the line", () => {
  assert.equal(bannedWords([{ path: "a.ts", text: "\n\n// FIXME" }])[0]?.line, 3);
});
