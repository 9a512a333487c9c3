import assert from "node:assert/strict";
import { saysNothingNew, statementOf, wordsKey } from "./near_duplicates.ts";
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

Deno.test("saysNothingNew() sees through spaces, 'the', a first capital and a final stop", () => {
  assert.ok(repeats("anna likes  tea", " Anna likes tea."));
  assert.ok(repeats("The user prefers the café", "User prefers cafe\u0301."));
  assert.ok(repeats("Anna can’t and doesn't like tea", "Anna can not and does not like tea"));
  assert.ok(repeats("我喜欢茶。", "我喜欢茶"));
  for (const text of ["!!!", "The", ".", "..", ""]) assert.ok(repeats(text, text));
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
  ["Ada worked at Siemens", "Ada works at Siemens"],
  ["Ben liked tea", "Ben likes tea"],
  ["Ada lived in Paris", "Ada lives in Paris"],
  ["Ada used to smoke", "Ada uses to smoke"],
  ["Ada has a cat", "Ada has cats"],
  ["Ada trusts the policy", "Ada trusts the police"],
  ["Ada wants meat removed", "Ada wants meat remover"],
  ["Анна не ест мясо и рыбу по пятницам на работе", "Анна ест мясо и рыбу по пятницам на работе"],
  ["Ada äter inte kött eller fisk på fredagar", "Ada äter kött eller fisk på fredagar"],
  ["Ada can hardly eat peanuts or almonds at home", "Ada can eat peanuts or almonds at home"],
  ["Ada can hardly eat peanuts", "Ada can happily eat peanuts"],
  ["Ada's former boss in Berlin is Bo Svensson", "Ada's boss in Berlin is Bo Svensson"],
  ["Her name is spelled Muller", "Her name is spelled Müller"],
  ["The branch is called Main", "The branch is called main"],
  ["The wifi password is Tiger", "The wifi password is tIGer"],
  ["The wifi password is tiger", "The wifi password is tiger!"],
  ["The area is 5 m²", "The area is 5 m2"],
  ["The price is 1,250", "The price is 1250"],
  ["Ada chose option A", "Ada chose option"],
  ["Go up with cd ..", "Go up with cd ."],
  ["Ada has a few friends", "Ada has few friends"],
  ["Anna likes tea", "Anna likes green tea"],
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
  assert.equal(wordsKey(said("The deploys run")), wordsKey(said("deploys  run.")));
  for (const [a, b] of DIFFERENT) assert.notEqual(wordsKey(said(a)), wordsKey(said(b)));
});
