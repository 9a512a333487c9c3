import assert from "node:assert/strict";
import { session } from "./behavior.ts";
import { always, inTheEnd, settle } from "./random_moves.ts";

Deno.test("decide() tries again whatever memory has yet to take, and never notes more than fits", () => {
  always((run) => {
    const { memory } = run.state;
    const [first] = memory.unwritten;
    const owed = session.pending(run.state).filter(({ kind }) => kind === "memory_write");
    if (memory.deferred) assert.ok(run.retry && first !== undefined && owed.length === 0);
    else assert.equal(owed.length, first === undefined ? 0 : 1);
    // What is owed when everything is to be forgotten goes first.
    assert.ok(memory.unwritten.length <= Math.max(2, run.limits.memory_unwritten));
  });
});

Deno.test("decide() has memory take every note that was not forgotten before, in order", () => {
  inTheEnd((run) => {
    for (let moves = 0; run.state.memory.unwritten.length > 0; moves++) {
      assert.ok(moves < 1000, "Memory comes to rest");
      run.move({ kind: "ring", early: true });
      settle(run);
    }
    const asked = run.journal.filter(({ event: { type, payload } }) =>
      type === "memory.forgetting" || (type === "memory.noted" && payload.items.length > 0)
    ).map(({ seq }) => seq);
    const taken = run.journal.flatMap(({ event }) =>
      event.type === "memory.written" ? [event.payload.of] : []
    );
    assert.deepEqual(taken, asked.filter((seq) => taken.includes(seq)));
    const clears = run.journal.filter(({ event }) =>
      event.type === "memory.forgetting" && event.payload.ids === null
    ).map(({ seq }) => seq);
    const last = clears.at(-1) ?? 0;
    assert.deepEqual(taken.filter((seq) => seq >= last), asked.filter((seq) => seq >= last));
  });
});
