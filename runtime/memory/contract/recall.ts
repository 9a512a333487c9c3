/**
 * Clauses on recall.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Memory } from "../port.ts";
import { ACME, type Clauses, item, recalled, textOf } from "./subject.ts";

async function rememberGarage(memory: Memory): Promise<void> {
  await memory.remember([
    item("car", "Anna keeps her automobile behind the house"),
    item("tea", "Boris drinks green tea in the morning"),
    item("doctor", "The physician recommends a walk each evening"),
    item("coffee", "Clara roasts coffee beans herself"),
  ]);
}

const UNKNOWN = "submarine";

/** On recall. */
export const RECALL_CLAUSES: Clauses = {
  "recall() by words finds other forms of a word, and nothing without a common word": async ({
    memory,
  }) => {
    await rememberGarage(memory);
    const mode = "lexical";
    assert.deepEqual(await recalled(memory, "Who drank TEA?", { mode }), ["tea"]);
    assert.deepEqual(await recalled(memory, "roasting", { mode }), ["coffee"]);
    assert.deepEqual(await recalled(memory, "vehicle", { mode }), []);
    assert.deepEqual(await recalled(memory, UNKNOWN, { mode }), []);
  },

  "recall() by words ranks the rare word above the common one": async ({ memory }) => {
    await memory.remember([
      ...Array.from({ length: 8 }, (_, n) => item(`s${n}`, `Server s${n}x runs Linux`)),
      item("rare", "Server zeppelin runs Plan9"),
    ]);
    assert.equal((await recalled(memory, "server zeppelin", { mode: "lexical" }))[0], "rare");
  },

  "recall() by meaning finds what shares no word with the question": {
    only: "with vectors",
    holds: async ({ memory }) => {
      await rememberGarage(memory);
      assert.equal((await recalled(memory, "vehicle", { mode: "dense" }))[0], "car");
      assert.equal((await recalled(memory, "a medic", { mode: "dense" }))[0], "doctor");
      assert.equal((await memory.stats("acme")).dense, true);
    },
  },

  "recall() fuses words and meaning": {
    only: "with vectors",
    holds: async ({ memory }) => {
      await rememberGarage(memory);
      for (const more of [{}, { mode: "hybrid" as const }]) {
        const found = await recalled(memory, "zero green medic zero", more);
        assert.deepEqual(found.slice(0, 2).sort(), ["doctor", "tea"]);
        assert.equal((await recalled(memory, "vehicle", more))[0], "car");
        assert.equal((await recalled(memory, "coffee beans", more))[0], "coffee");
      }
    },
  },

  "recall() goes by words, whatever is asked, without an embedding model": {
    only: "without vectors",
    holds: async ({ memory }) => {
      await rememberGarage(memory);
      for (const mode of ["dense", "hybrid", "lexical"] as const) {
        assert.deepEqual(await recalled(memory, "tea", { mode }), ["tea"]);
      }
      assert.equal((await memory.stats("acme")).dense, false);
    },
  },

  "recall() gives at most k, the best": async ({ memory }) => {
    await memory.remember(
      Array.from({ length: 30 }, (_, n) => item(`m${n}`, `Parcel p${n}x weighs w${n}x`)),
    );
    for (const mode of ["lexical", "dense", "hybrid"] as const) {
      assert.deepEqual(await recalled(memory, "parcel p7x", { mode, k: 1 }), ["m7"]);
      assert.equal((await recalled(memory, "parcel p7x", { mode, k: 5 })).length, 5);
      assert.deepEqual(await recalled(memory, "parcel p7x", { mode, k: 0 }), []);
    }
    assert.equal((await recalled(memory, "parcel", { k: 100, mode: "lexical" })).length, 30);
  },

  "recall() finds nothing for a question without content, and nothing in an empty index": async ({
    memory,
  }) => {
    assert.deepEqual(await recalled(memory, "tea"), []);
    await rememberGarage(memory);
    for (const mode of ["lexical", "dense", "hybrid"] as const) {
      for (const text of ["", "  \n\t"]) {
        assert.deepEqual(await recalled(memory, text, { mode }), []);
      }
    }
    assert.deepEqual(await recalled(memory, "what is it?!", { mode: "lexical" }), []);
  },

  "recall() takes a very long question, and finds in a very long text": async ({ memory }) => {
    const filler = Array.from({ length: 20_000 }, (_, n) => `filler${n}`).join(" ");
    await memory.remember([
      item("long", `${filler} needle ${filler}`),
      item("short", "Anna likes tea"),
    ]);
    assert.deepEqual(await recalled(memory, "needle", { mode: "lexical" }), ["long"]);
    const [best] = await memory.recall({ text: "needle", filter: ACME, k: 1, mode: "lexical" });
    assert.equal(best?.item.text.length, filler.length * 2 + 8);
    const question = `Anna's tea ${"and so on ".repeat(20_000)}`;
    assert.equal((await recalled(memory, question, { mode: "lexical" }))[0], "short");
    assert.ok((await recalled(memory, question)).includes("short"));
  },

  "recall() finds pictures and scripts without spaces": async ({ memory }) => {
    const items = [
      item("pizza", "Lunch was 🍕 with friends 👩‍👩‍👧"),
      item("chinese", "我每天早上喝绿茶"),
      item("japanese", "会議は金曜日の午後です"),
      item("thai", "ฉันชอบกินข้าว"),
      item("arabic", "القهوة بدون سكر"),
      item("accents", "Zoë żyje w Łodzi"),
    ];
    await memory.remember(items);
    const mode = "lexical";
    assert.deepEqual(await recalled(memory, "🍕", { mode }), ["pizza"]);
    assert.deepEqual(await recalled(memory, "绿茶", { mode }), ["chinese"]);
    assert.equal((await recalled(memory, "金曜日", { mode }))[0], "japanese");
    assert.deepEqual(await recalled(memory, "กินข้าว", { mode }), ["thai"]);
    assert.deepEqual(await recalled(memory, "سكر", { mode }), ["arabic"]);
    assert.deepEqual(await recalled(memory, "zoe", { mode }), ["accents"]);
    for (const { id, text } of items) {
      const [best] = await memory.recall({ text, filter: ACME, k: 1 });
      assert.deepEqual([best?.item.id, best?.item.text], [id, text]);
    }
  },

  "recall() gives the same answer to the same question": async ({ memory }) => {
    await memory.remember(Array.from({ length: 40 }, (_, n) => item(`m${n}`, textOf(n))));
    for (const mode of ["lexical", "dense", "hybrid"] as const) {
      const query = { text: "zebras on day d3x", filter: ACME, k: 10, mode };
      assert.deepEqual(await memory.recall(query), await memory.recall(query));
    }
  },
};
