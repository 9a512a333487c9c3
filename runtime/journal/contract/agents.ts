/**
 * Clauses on versioned definitions.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Clauses } from "./subject.ts";

/** On definitions. */
export const AGENT_CLAUSES: Clauses = {
  "putAgent() stores a new version of each change, from 1": async (subject) => {
    const { journal } = subject;
    const before = subject.now();
    const first = await journal.putAgent("acme", "bot", { model: "a" });
    assert.deepEqual({ ...first, created_at: 0 }, {
      name: "bot",
      version: 1,
      spec: { model: "a" },
      created_at: 0,
    });
    assert.ok(first.created_at >= before && first.created_at <= subject.now());
    assert.equal((await journal.putAgent("acme", "bot", { model: "b" })).version, 2);
    // Back to an older one is a change as well.
    assert.equal((await journal.putAgent("acme", "bot", { model: "a" })).version, 3);
    assert.equal((await journal.putAgent("acme", "other", { model: "a" })).version, 1);
  },

  "putAgent() of what is there already stores nothing, in whatever order its members are": async (
    { journal },
  ) => {
    const first = await journal.putAgent("acme", "bot", { a: 1, b: { c: 2, d: 3 } });
    assert.deepEqual(await journal.putAgent("acme", "bot", { b: { d: 3, c: 2 }, a: 1 }), first);
    assert.equal(await journal.agent("acme", "bot", 2), null);
  },

  "putAgent() by several at once gives each change a version of its own": async ({ journal }) => {
    const stored = await Promise.all(
      [1, 2, 3, 4].map((n) => journal.putAgent("acme", "bot", { n })),
    );
    assert.deepEqual(stored.map(({ version }) => version).sort(), [1, 2, 3, 4]);
  },

  "agent() gives the newest version, or the one given": async ({ journal }) => {
    await journal.putAgent("acme", "bot", { n: 1 });
    await journal.putAgent("acme", "bot", { n: 2 });
    assert.deepEqual((await journal.agent("acme", "bot", null))?.spec, { n: 2 });
    assert.deepEqual((await journal.agent("acme", "bot", 1))?.spec, { n: 1 });
    assert.equal(await journal.agent("acme", "bot", 3), null);
    assert.equal(await journal.agent("acme", "never", null), null);
  },

  "agents() gives the newest version of each, by name": async ({ journal }) => {
    for (const [name, n] of [["b", 1], ["a", 1], ["b", 2], ["c", 1]] as const) {
      await journal.putAgent("acme", name, { n });
    }
    assert.deepEqual(
      (await journal.agents("acme")).map(({ name, version, spec }) => [name, version, spec]),
      [["a", 1, { n: 1 }], ["b", 2, { n: 2 }], ["c", 1, { n: 1 }]],
    );
  },
};
