/**
 * Generated sequences of operations, of which each must give what a plain model gives.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { meetsFilter } from "../filter.ts";
import type { Memory, MemoryFilter, MemoryItem, RememberOutcome } from "../port.ts";
import { MeaningEmbedder } from "./meaning_embedder.ts";
import { item, listed, type OpenSubject, recalled, textOf } from "./subject.ts";

/** Few of everything, so that the operations meet. */
const field = {
  tenant: fc.constantFrom("acme", "globex"),
  agent: fc.constantFrom("bot", "clerk"),
  session: fc.constantFrom("ses_1", "ses_2"),
  kind: fc.constantFrom("fact" as const, "episode" as const),
  at: fc.integer({ min: 1, max: 9 }).map((n) => n * 1000),
};
const id = fc.nat(9).map((n) => `m${n}`);

const anItem = fc.record({ ...field, id, text: fc.nat(7).map(textOf) })
  .map(({ id, text, ...more }) => item(id, text, more));

const filter = fc.record({
  agent: field.agent,
  session: field.session,
  kinds: fc.uniqueArray(field.kind),
  ids: fc.uniqueArray(id),
  before: field.at,
}, { requiredKeys: [] });

const move = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("remember" as const),
      items: fc.array(anItem, { maxLength: 6 }),
    }),
  },
  fc.record({ do: fc.constant("forget" as const), tenant: field.tenant, filter }),
  fc.record({
    do: fc.constant("rebuild" as const),
    tenant: fc.option(field.tenant),
    items: fc.array(anItem, { maxLength: 6 }),
    finish: fc.boolean(),
  }),
);
type Move = typeof move extends fc.Arbitrary<infer Value> ? Value : never;

/** An index as one would write it on paper. Texts are the same or say different things. */
class ModelMemory {
  items: MemoryItem[] = [];

  remember(items: readonly MemoryItem[]): RememberOutcome[] {
    return items.map((item) => {
      const { id, tenant, agent, kind, text } = item;
      const there = this.items.findIndex((known) => known.tenant === tenant && known.id === id);
      if (there >= 0) {
        this.#renew(there, item.at);
        return { id, outcome: "known", into: id };
      }
      const same = this.items.findIndex((known) =>
        known.tenant === tenant && known.agent === agent && known.kind === kind &&
        known.text === text
      );
      const known = this.items[same];
      if (known === undefined) {
        this.items.push(item);
        return { id, outcome: "stored", into: id };
      }
      this.#renew(same, item.at);
      return { id, outcome: "merged", into: known.id };
    });
  }

  forget(filter: MemoryFilter): number {
    const left = this.items.filter((item) => !meetsFilter(item, filter));
    const count = this.items.length - left.length;
    this.items = left;
    return count;
  }

  #renew(place: number, at: number): void {
    const known = this.items[place]!;
    this.items[place] = { ...known, at: Math.max(known.at, at) };
  }

  replace(tenant: string | null, items: readonly MemoryItem[]): void {
    this.items = this.items.filter((item) => tenant !== null && item.tenant !== tenant);
    this.remember(items);
  }
}

async function step(memory: Memory, model: ModelMemory, move: Move): Promise<void> {
  switch (move.do) {
    case "remember":
      assert.deepEqual(await memory.remember(move.items), model.remember(move.items));
      return;
    case "forget": {
      const filter: MemoryFilter = { tenant: move.tenant, ...move.filter };
      assert.equal(await memory.forget(filter), model.forget(filter));
      return;
    }
    case "rebuild": {
      const { tenant } = move;
      const items = move.items.filter((item) => tenant === null || item.tenant === tenant);
      await using rebuild = await memory.rebuild(tenant);
      await rebuild.add(items);
      if (!move.finish) return;
      await rebuild.finish();
      model.replace(tenant, items);
      return;
    }
    default:
      return move satisfies never;
  }
}

async function compare(memory: Memory, model: ModelMemory): Promise<void> {
  const byId = (a: MemoryItem, b: MemoryItem) => a.id < b.id ? -1 : 1;
  for (const tenant of ["acme", "globex"]) {
    const wanted = model.items.filter((item) => item.tenant === tenant).sort(byId);
    assert.deepEqual((await listed(memory, { tenant }, 3)).sort(byId), wanted);
    assert.equal((await memory.stats(tenant)).items, wanted.length);
    for (let n = 0; n < 8; n++) {
      const options = { filter: { tenant }, mode: "lexical" } as const;
      const ids = wanted.filter(({ text }) => text === textOf(n)).map(({ id }) => id);
      assert.deepEqual((await recalled(memory, `d${n}x`, options)).sort(), ids);
    }
  }
}

/** Registers the test with generated sequences. */
export function testSequences(name: string, open: OpenSubject): void {
  Deno.test(`${name}: answers any sequence of operations as a plain model does`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(move, { minLength: 3, maxLength: 20 }),
        fc.boolean(),
        async (moves, vectors) => {
          await using subject = await open(vectors ? new MeaningEmbedder() : null);
          const model = new ModelMemory();
          for (const move of moves) await step(subject.memory, model, move);
          await compare(subject.memory, model);
        },
      ),
      { numRuns: 40 },
    );
  });
}
