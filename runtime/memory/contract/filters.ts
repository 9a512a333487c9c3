/**
 * Clauses on filters: recall, list and forget mean the same items by the same filter.
 *
 * @module
 */
import assert from "node:assert/strict";
import { meetsFilter } from "../filter.ts";
import type { Memory, MemoryFilter, MemoryItem } from "../port.ts";
import { type Clauses, idsOf, item, listed, recalled } from "./subject.ts";

/** Two of each field, in all combinations; every text has the word "parcel". */
const ITEMS: readonly MemoryItem[] = [0, 1].flatMap((agent) =>
  [0, 1].flatMap((session) =>
    [0, 1].flatMap((kind) =>
      [0, 1].map((at) =>
        item(`m${agent}${session}${kind}${at}`, `Parcel p${agent}${session}${kind}${at}x`, {
          agent: `bot_${agent}`,
          session: `ses_${session}`,
          kind: kind === 0 ? "fact" : "preference",
          at: 1000 + at,
        })
      )
    )
  )
);

/** For each field, a value that half of the items have. */
const FIELDS: Readonly<Partial<MemoryFilter>> = {
  agent: "bot_1",
  session: "ses_0",
  kinds: ["preference", "procedure"],
  ids: [...ITEMS.filter((_, i) => i % 4 < 2).map(({ id }) => id), "m_unknown"],
  before: 1001,
};

/** Every choice of fields. */
const FILTERS: readonly MemoryFilter[] = Array.from({ length: 2 ** 5 }, (_, bits) => {
  const chosen = Object.entries(FIELDS).filter((_, i) => bits & 2 ** i);
  return { tenant: "acme", ...Object.fromEntries(chosen) };
});

function wanted(filter: MemoryFilter): string[] {
  return ITEMS.filter((item) => meetsFilter(item, filter)).map(({ id }) => id).sort();
}

async function fill(memory: Memory): Promise<void> {
  const others = ITEMS.map((item) => ({ ...item, tenant: "globex" }));
  await memory.remember([...ITEMS, ...others]);
}

/** On filters. */
export const FILTER_CLAUSES: Clauses = {
  "recall() and list() give exactly what meets every field of the filter": async ({ memory }) => {
    await fill(memory);
    assert.equal(FILTERS.length, 32);
    for (const filter of FILTERS) {
      assert.deepEqual(await idsOf(memory, filter), wanted(filter), JSON.stringify(filter));
      for (const mode of ["lexical", "dense", "hybrid"] as const) {
        const found = await recalled(memory, "parcel", { filter, mode });
        assert.deepEqual(found.sort(), wanted(filter), `${mode} ${JSON.stringify(filter)}`);
      }
    }
  },

  "recall() fills k from what meets the filter, however much else ranks above it": async ({
    memory,
  }) => {
    const crowd = Array.from({ length: 300 }, (_, n) => item(`m${n}`, `parcel c${n}x`));
    const long = "parcel among many other words that dilute it";
    await memory.remember([...crowd, item("mine", long, { agent: "clerk" })]);
    for (const mode of ["lexical", "dense", "hybrid"] as const) {
      const filter = { tenant: "acme", agent: "clerk" };
      assert.deepEqual(await recalled(memory, "parcel", { filter, mode, k: 3 }), ["mine"]);
    }
  },

  "A filter with an empty list is met by nothing": async ({ memory }) => {
    await fill(memory);
    for (const empty of [{ ids: [] }, { kinds: [] }]) {
      const filter = { tenant: "acme", ...empty };
      assert.deepEqual(await listed(memory, filter), []);
      assert.deepEqual(await recalled(memory, "parcel", { filter }), []);
      assert.equal(await memory.forget(filter), 0);
    }
    assert.equal((await memory.stats("acme")).items, ITEMS.length);
  },
};
