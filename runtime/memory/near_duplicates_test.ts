import assert from "node:assert/strict";
import {
  edgeKeys,
  longestContaining,
  saysNothingNew,
  statementOf,
  wordsKey,
} from "./near_duplicates.ts";
import type { MemoryItem } from "./port.ts";

type Said = Partial<MemoryItem> & { readonly vector?: Float32Array };

function said(text: string, { vector, ...more }: Said = {}) {
  const item = { tenant: "acme", agent: "bot", kind: "fact" as const, text, ...more };
  return statementOf(item, vector ?? null);
}

function repeats(next: string, known: string, more: Said = {}): boolean {
  return saysNothingNew(said(next, more), said(known, more));
}

/** As if an embedding model saw no difference. */
const SAME = { vector: new Float32Array([0.6, 0.8]) };

const LONG = "Before each release the team runs the whole suite and then waits for an approval";

Deno.test("saysNothingNew() sees through case, spaces, articles, accents and endings", () => {
  assert.ok(repeats("anna likes  TEA", "Anna likes tea"));
  assert.ok(repeats("The user prefers café", "User prefers the cafe."));
  assert.ok(repeats("Deploys run on Fridays", "deploy runs on Friday"));
  assert.ok(repeats("Anna doesn't like tea", "Anna does not like tea"));
  assert.ok(repeats("!!!", "!!!"));
});

Deno.test("saysNothingNew() lets a long text lack a word, and never say one more", () => {
  const longer = LONG.replace("whole suite", "whole test suite");
  assert.ok(repeats(LONG, longer));
  assert.ok(!repeats(longer, LONG));
  assert.ok(!repeats("Anna likes tea", "Anna likes green tea"));
  assert.ok(!repeats(LONG.replace("release", "meeting"), LONG));
});

/** Pairs that differ in what counts. */
const DIFFERENT: readonly (readonly [string, string])[] = [
  ["The API listens on port 8000", "The API listens on port 8001"],
  ["Anna likes tea", "Anna does not like tea"],
  ["Deploy with tests", "Deploy without tests"],
  ["Anna manages Bob", "Bob manages Anna"],
  ["Moved from Berlin to Munich", "Moved to Berlin from Munich"],
  ["Run the backup before the deploy", "Run the backup after the deploy"],
  ["The fee is $5", "The fee is €5"],
  ["The limit is -5 degrees", "The limit is 5 degrees"],
  ["Writes C#", "Writes C++"],
  ["Growth was 50%", "Growth was 50"],
  ["The standup is at 10:30", "The standup is at 9:30"],
  ["Uses version 1.2", "Uses version 12"],
  ["Anna ist nicht da", "Anna ist da"],
  ["我不喜欢茶", "我喜欢茶"],
  ["Anna's sister lives in Rome", "Clara's sister lives in Rome"],
  ["The server in Paris is down", "The server in Lyon is down"],
  ["Is Anna the owner?", "Anna is the owner"],
  ["👍", "👎"],
];

Deno.test("saysNothingNew() keeps apart what differs in what counts, however alike the vectors", () => {
  for (const [a, b] of DIFFERENT) {
    for (const more of [{}, SAME]) {
      assert.ok(!repeats(a, b, more), `${a} / ${b}`);
      assert.ok(!repeats(b, a, more), `${b} / ${a}`);
    }
  }
});

Deno.test("saysNothingNew() goes by the vectors where the words differ otherwise", () => {
  const [a, b] = ["Anna prefers short answers", "She wants brief replies"];
  assert.ok(!repeats(a, b, SAME), "A name is missing");
  const [c, d] = ["prefers short answers", "wants brief answers"];
  assert.ok(!repeats(c, d));
  assert.ok(repeats(c, d, SAME));
  const turned = { vector: new Float32Array([0.8, 0.6]) };
  assert.ok(!saysNothingNew(said(c, SAME), said(d, turned)));
  assert.ok(!saysNothingNew(said(c, SAME), said(d, { vector: new Float32Array([1]) })));
});

Deno.test("saysNothingNew() keeps tenants, agents and kinds apart", () => {
  for (const other of [{ tenant: "globex" }, { agent: "clerk" }, { kind: "episode" as const }]) {
    assert.ok(!saysNothingNew(said("Anna likes tea", other), said("Anna likes tea")));
  }
});

Deno.test("wordsKey() is one for the same words in the same order", () => {
  assert.equal(wordsKey(said("The deploys run")), wordsKey(said("Deploy runs")));
  for (const [a, b] of DIFFERENT) assert.notEqual(wordsKey(said(a)), wordsKey(said(b)));
});

Deno.test("edgeKeys() has an end in common with whatever has one word more", () => {
  const words = LONG.split(" ");
  for (const i of words.keys()) {
    const less = said(words.toSpliced(i, 1).join(" "));
    const [a, b] = [edgeKeys(less), edgeKeys(said(LONG))];
    assert.ok(a !== null && b !== null);
    assert.ok(a.head === b.head || a.tail === b.tail, less.item.text);
    assert.ok(said(LONG).words.length <= longestContaining(less.words.length));
  }
  assert.equal(edgeKeys(said("Anna likes green tea")), null);
  assert.equal(longestContaining(8), 8);
  assert.equal(longestContaining(9), 10);
});
