import assert from "node:assert/strict";
import { DELEGATE } from "./delegation.ts";
import { always, inTheEnd, settle } from "./random_moves.ts";
import type { SessionRun } from "./session_run.ts";
import { statusOf } from "./state.ts";

const spawnedIds = (run: SessionRun): string[] =>
  run.journal.flatMap(({ event }) =>
    event.type === "child.spawned" ? [event.payload.child_id] : []
  );

/** How many commands of that type went out to each session. */
function sent(run: SessionRun, type: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { to, command } of run.sends) {
    if ((command as { type: string }).type !== type) continue;
    counts.set(to.id, (counts.get(to.id) ?? 0) + 1);
  }
  return counts;
}

Deno.test("decide() makes one session for each child that it journals, with a new id", () => {
  inTheEnd((run) => {
    const ids = spawnedIds(run);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(sent(run, "session.spawn"), new Map(ids.map((id) => [id, 1])));
  });
});

Deno.test("decide() hears each child's answer or closes the child, and never both", () => {
  inTheEnd((run) => {
    settle(run);
    const replied = run.journal.flatMap(({ event }) =>
      event.type === "child.replied" ? [event.payload.child_id] : []
    );
    const closed = [...sent(run, "session.close").keys()];
    assert.deepEqual([...replied, ...closed].sort(), spawnedIds(run).sort());
  });
});

Deno.test("decide() keeps depth, children at one time and children in all within the limits", () => {
  always((run) => {
    const { state, limits } = run;
    const calls = state.turn?.calls.filter(({ skill }) => skill === DELEGATE) ?? [];
    const spawning = calls.filter(({ status }) => status === "started").length;
    const spawned = calls.filter(({ status }) => status === "delegated").length;
    assert.ok(spawning + spawned <= limits.children_open);
    assert.ok(state.children + spawning <= limits.children_total);
    const depth = state.parent?.depth ?? 0;
    if (depth >= limits.delegation_depth) assert.equal(state.children + spawning, 0);
  });
});

Deno.test("decide() answers a parent once, in the commit that closes the session", () => {
  inTheEnd((run) => {
    const answers = sent(run, "child.reply");
    const { parent } = run.state;
    const due = parent && statusOf(run.state) === "closed" ? [[parent.id, 1] as const] : [];
    assert.deepEqual(answers, new Map(due));
    if (parent && run.state.turn === null) assert.equal(statusOf(run.state), "closed");
  });
});
