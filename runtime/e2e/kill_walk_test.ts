import assert from "node:assert/strict";
import type { ApiEvent } from "../cli/api_types.ts";
import { systemClock } from "../clock.ts";
import { inParallel } from "./in_parallel.ts";
import {
  type Crash,
  ONCE,
  SESSION,
  type Settlement,
  survive,
  type Survived,
  TWICE,
  uncrashed,
} from "./kill_walk.ts";
import { ledgerOf, ledgerSkill } from "./ledger.ts";
import { openSession, payloads, send, until } from "./session_calls.ts";
import { Site } from "./site.ts";

const SETTLEMENTS: readonly Settlement[] = ["run_again", "treat_as_done", "fail"];

Deno.test("a turn ends by itself, and does nothing twice, wherever kill -9 hits it", async () => {
  const events = await uncrashed();
  assert.equal(events.length, 12, events.map(({ type }) => type).join());
  const found = await walk(events, false);
  for (const survived of found) {
    const { before, asked, settlement, runsBefore, runsAfter } = survived;
    assertNothingLost(survived);
    assert.equal(
      asked,
      isInFlight(before),
      "a person is asked exactly when the outcome is unknown",
    );
    const again = asked && settlement === "run_again" ? 1 : 0;
    // Before it was known to have started, the next node may start it; once known, only a person may.
    const first = isStarted(before, ONCE) ? runsBefore[ONCE]!.length : 1;
    assert.equal(runsAfter[ONCE]?.length, first + again);
    assert.ok(first <= 1, "it starts at most once by itself");
  }
  const settled = new Set(found.filter(({ asked }) => asked).map(({ settlement }) => settlement));
  assert.deepEqual(settled, new Set(SETTLEMENTS), "each way of settling was tried");
});

Deno.test("a skill with a lookup settles its interrupted call without a question", async () => {
  // Only where the call is in flight does a lookup change anything.
  const events = await uncrashed();
  const from = events.findIndex(({ type }) => type === "skill.started");
  const found = await walk(events.slice(from, -2), true);
  assert.ok(found.filter(({ before }) => isInFlight(before)).length >= 3);
  for (const survived of found) {
    assertNothingLost(survived);
    assert.equal(survived.asked, false);
    assert.equal(survived.runsAfter[ONCE]?.length, 1);
  }
});

Deno.test("a skill call under way ends with its node, so that nothing of it comes later", async () => {
  const skill = { name: "ticking", idempotent: false, ms: 20, notes: 1000 };
  await using site = await Site.create({
    skills: (root) => ({ "ticking.ts": ledgerSkill(root, skill) }),
  });
  const node = await site.start();
  const ticks = async () => (await ledgerOf(site.root, "ticking")).length;
  await openSession(node.client, SESSION);
  await send(node.client, SESSION, '/call ticking {"text":"a"}');
  await until(node.client, "it ticks", async () => await ticks() > 2 || null);
  await node.kill();
  await systemClock.sleep(300);
  const then = await ticks();
  await systemClock.sleep(300);
  assert.equal(await ticks(), then);
});

/**
 * Crashes at each of these events, before and after its commit. Events of one cause are in one
 * commit, so that one crash stands for all of them.
 */
async function walk(events: readonly ApiEvent[], lookup: boolean): Promise<readonly Survived[]> {
  const commits = [...Map.groupBy(events, ({ cause }) => cause).values()];
  const points = commits.flatMap((commit) => [
    { seq: commit[0]!.seq, phase: "before" as const },
    { seq: commit[0]!.seq, phase: "after" as const },
  ]);
  const crashes = points.map((point, i): Crash => ({
    ...point,
    settlement: SETTLEMENTS[i % SETTLEMENTS.length]!,
  }));
  return await inParallel(crashes, 2, (crash) => survive(crash, lookup));
}

/** What must hold after any crash. */
function assertNothingLost(survived: Survived): void {
  const { seq, phase, before, after, acknowledged, runsBefore, runsAfter, settlement } = survived;
  const place = `after a crash ${phase} event ${seq}, settled by ${settlement}`;
  assert.deepEqual(
    after.slice(0, before.length).map(({ hash }) => hash),
    before.map(({ hash }) => hash),
    `the journal only grows ${place}`,
  );
  const has = (type: string) => before.some((event) => event.type === type);
  assert.ok(!acknowledged.includes("session") || has("session.created"), place);
  assert.ok(!acknowledged.includes("message") || has("message.received"), place);

  const types = after.map(({ type }) => type);
  const count = (type: string) => types.filter((found) => found === type).length;
  assert.equal(types.at(-1), "turn.completed", place);
  const once = ["session.created", "message.received", "turn.started", "turn.completed"];
  assert.deepEqual(once.map(count), [1, 1, 1, 1], place);
  assert.equal(count("llm.completed"), 2, `finished model calls are not repeated ${place}`);
  assert.equal(count("skill.completed") + count("skill.failed"), 2, place);
  for (const skill of [TWICE, ONCE]) {
    const keys = new Set(runsAfter[skill]?.map(({ key }) => key));
    assert.ok(keys.size <= 1, `every run of a call has the same key ${place}`);
    if (!isFinished(before, skill)) continue;
    assert.deepEqual(runsAfter[skill], runsBefore[skill], `${skill} was done ${place}`);
  }
  const reply = payloads<{ text: string }>(after, "llm.completed").at(-1)?.text ?? "";
  assert.match(reply, new RegExp(`${TWICE} returned: ${TWICE} did a`), place);
  assert.match(reply, new RegExp(`${ONCE} (returned: ${ONCE} did b|returned: seen|failed)`), place);
}

type Events = readonly Pick<ApiEvent, "type" | "payload">[];

/** Whether the call that must not be repeated has started, and nobody knows how it ended. */
function isInFlight(events: Events): boolean {
  return isStarted(events, ONCE) && !isFinished(events, ONCE);
}

function isStarted(events: Events, skill: string): boolean {
  return hasEvent(events, skill, ["skill.started"]);
}

function isFinished(events: Events, skill: string): boolean {
  return hasEvent(events, skill, ["skill.completed", "skill.failed"]);
}

function hasEvent(events: Events, skill: string, types: readonly string[]): boolean {
  const call = (payload: unknown) =>
    payload as { readonly call_id: string; readonly skill: string };
  const ids = events.filter(({ type, payload }) =>
    type === "skill.requested" && call(payload).skill === skill
  ).map(({ payload }) => call(payload).call_id);
  return events.some(({ type, payload }) =>
    types.includes(type) && ids.includes(call(payload).call_id)
  );
}
