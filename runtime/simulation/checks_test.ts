import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import type { ActorCommit } from "../journal/port.ts";
import { checkEffects } from "./check_effects.ts";
import { checkJournal } from "./check_journal.ts";
import { checkOperations } from "./check_operations.ts";
import { checkTimers } from "./check_timers.ts";
import type { Fault } from "./fault.ts";
import type { History } from "./history.ts";
import { simulate } from "./simulate.ts";
import type { CommitRecord } from "./virtual_journal.ts";

/** A run in which every promise was kept: what the tests spoil. */
async function goodHistory(): Promise<History> {
  const { history, faults } = await simulate({ seed: 3, settle: systemClock.yield });
  assert.deepEqual(faults, []);
  return history;
}

const texts = (faults: readonly Fault[]) => faults.map(({ what }) => what).join("\n");

/** The history with other commits. */
function withCommits(history: History, commits: CommitRecord[]): History {
  return { ...history, journal: { ...history.journal, commits } };
}

/** The first commit that has an event of that type, and where it is. */
function commitOf(history: History, type: string): [CommitRecord, number] {
  const { commits } = history.journal;
  const i = commits.findIndex(({ part, outcome }) =>
    outcome === "committed" && part.events.some((event) => event.type === type)
  );
  const found = commits[i];
  assert.ok(found, `The run has a commit with ${type}`);
  return [found, i];
}

Deno.test("checkOperations() misses what was acknowledged and is not journaled", async () => {
  const history = await goodHistory();
  const operation = history.operations.find(({ command, known }) =>
    command.type === "note" && known === "done"
  );
  const operations = [{ ...operation!, mark: "c9.1" }];
  assert.match(texts(checkOperations({ ...history, operations })), /^P1 c9\.1 .*acknowledged$/);
});

Deno.test("checkOperations() notices what is journaled twice, and what was told to be refused", async () => {
  const history = await goodHistory();
  const [record] = commitOf(history, "told");
  const { commits } = history.journal;
  assert.match(texts(checkOperations(withCommits(history, [...commits, record]))), /P2 .* 2 times/);
  const operations = history.operations.map((one) => ({
    ...one,
    known: "refused" as const,
    doubtful: false,
  }));
  assert.match(texts(checkOperations({ ...history, operations })), /P2 .*, and was refused/);
});

Deno.test("checkOperations() notices that two are in the wrong order", async () => {
  const history = await goodHistory();
  const operations = history.operations.toReversed()
    .map((one) => ({ ...one, sent: 1, acknowledged: 1 }));
  assert.match(texts(checkOperations({ ...history, operations })), /P2 .* was sent before/);
});

Deno.test("checkJournal() notices another epoch, and what is shown too early", async () => {
  const history = await goodHistory();
  const [record, i] = commitOf(history, "noted");
  const part: ActorCommit = { ...record.part, epoch: record.epoch - 1 };
  const commits = history.journal.commits.toSpliced(i, 1, { ...record, part });
  assert.match(texts(checkJournal(withCommits(history, commits))), /P3 .* was in force/);
  const shown = history.shown.map((one) => ({ ...one, commits: 0 }));
  assert.match(texts(checkJournal({ ...history, shown })), /P1 .* was shown before/);
});

Deno.test("checkJournal() notices what is handed on twice, or not at all", async () => {
  const history = await goodHistory();
  const { handedOn } = history;
  const twice = [...handedOn, handedOn[0]!];
  const short = handedOn.slice(1);
  for (const handedOn of [twice, short]) {
    assert.match(texts(checkJournal({ ...history, handedOn })), /P3 .* were not handed on/);
  }
});

Deno.test("checkEffects() notices a start too early, too late, and again", async () => {
  const history = await goodHistory();
  const change = (by: (start: History["starts"][number]) => History["starts"][number]) =>
    texts(checkEffects({ ...history, starts: history.starts.map(by) }));
  assert.match(change((start) => ({ ...start, commits: 0 })), /P5 .* before the commit/);
  assert.match(change((start) => ({ ...start, commits: Infinity })), /P4 .* after its end/);
  const again = history.starts.filter(({ policy }) => policy === "once");
  assert.match(
    texts(checkEffects({ ...history, starts: [...again, ...again] })),
    /P5 .* as start number 2/,
  );
});

Deno.test("checkTimers() notices a timer that fires early, again, or never", async () => {
  const history = await goodHistory();
  const { commits } = history.journal;
  const early = commits.map((record) => ({ ...record, at: 0 }));
  assert.match(texts(checkTimers(withCommits(history, early))), /P7 .* fired at 0/);
  const fired = commits.find(({ part, outcome }) =>
    outcome === "committed" && part.events.some(({ cause }) => cause.startsWith("timer:"))
  );
  const again = texts(checkTimers(withCommits(history, [...commits, fired!])));
  assert.match(again, /P7 .* fired and does not stand/);
  const [, set] = commitOf(history, "reminded");
  assert.match(texts(checkTimers(withCommits(history, commits.slice(0, set + 1)))), /P7 .* never/);
});
