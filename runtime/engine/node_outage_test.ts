import assert from "node:assert/strict";
import { isRejection } from "../../actors/behavior.ts";
import { invariant } from "../../actors/invariant.ts";
import { JournalUnavailable } from "../journal/port.ts";
import type { SynapseError } from "../errors.ts";
import { LEDGER, ledger, type LedgerCommand, type LedgerState, note } from "./ledger_actor.ts";
import { Jobs, type LedgerNode, nodeFolder, startLedgerNode } from "./ledger_node.ts";
import type { CommitFate } from "./flaky_journal.ts";
import { ManualClock } from "../manual_clock.ts";
import { partitionOf } from "./placement.ts";
import type { AnyBehavior } from "./step.ts";

const BEGIN: LedgerCommand = { type: "begin", job: "j", policy: "once" };

/** The next commits have these fates; all after them pass. */
function fates(test: LedgerNode, ...next: CommitFate[]): void {
  test.faults.fate = () => next.shift() ?? "passes";
}

function isUnavailable(error: SynapseError): boolean {
  return error.code === "journal_unavailable" && error.reaction === "retry";
}

/** Jobs that end when the test says so. */
class HeldJobs extends Jobs {
  readonly #end = Promise.withResolvers<void>();

  finish(): void {
    this.#end.resolve();
  }

  override async run(...args: Parameters<Jobs["run"]>): Promise<LedgerCommand> {
    const command = await super.run(...args);
    await this.#end.promise;
    return command;
  }
}

Deno.test("Node acknowledges nothing while the journal is full, and says why", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode(folder);
  await test.send("a", note("before"));
  test.faults.full = true;
  await assert.rejects(test.send("a", note("lost")), (error: SynapseError) => {
    assert.ok(isUnavailable(error));
    assert.match(error.message, /the disk is full/);
    return true;
  });
  assert.match(test.node.trouble() ?? "", /the disk is full/);
  // From then on it is refused before it costs anything.
  await assert.rejects(test.node.submit(ledger("b"), note("lost")), isUnavailable);
  assert.equal(test.node.active, 1);
  test.faults.full = false;
  await test.until(() => test.node.trouble() === null);
  await test.send("a", note("after"));
  assert.deepEqual(await test.notes("a"), ["before", "after"]);
});

Deno.test("Node keeps the end of an effect while the journal is full, and does not run it twice", async () => {
  await using folder = await nodeFolder();
  const jobs = new HeldJobs();
  await using test = await startLedgerNode({ ...folder, jobs });
  await test.send("a", BEGIN);
  await test.until(() => jobs.runs.length === 1);
  test.faults.full = true;
  jobs.finish();
  await test.clock.advance(5000);
  assert.deepEqual(await test.notes("a"), []);
  await assert.rejects(test.send("a", note("lost")), isUnavailable);
  test.faults.full = false;
  await test.until(async () => (await test.notes("a")).length > 0);
  assert.deepEqual(await test.notes("a"), ["j: ran"]);
  await test.clock.advance(5000);
  assert.deepEqual(jobs.runs, ["j"]);
  assert.deepEqual(await test.notes("a"), ["j: ran"]);
});

Deno.test("Node journals what is done once, whatever it is told about the commit", async () => {
  for (const fate of ["refused", "lost", "unknown"] as const) {
    await using folder = await nodeFolder();
    const jobs = new HeldJobs();
    await using test = await startLedgerNode({ ...folder, jobs });
    await test.send("a", BEGIN);
    await test.send("a", { type: "begin", job: "k", policy: "retry" });
    const at = test.clock.now() + 100;
    await test.send("a", { type: "remind", name: "t", at, text: "ring" });
    fates(test, fate, fate, fate);
    jobs.finish();
    await test.until(async () => (await test.notes("a")).length >= 3);
    await test.clock.advance(10_000);
    assert.deepEqual([...await test.notes("a")].sort(), ["j: ran", "k: ran", "ring"], fate);
    assert.deepEqual(jobs.runs, ["j", "k"], fate);
  }
});

Deno.test("Node drops the end of an effect of which it finds that it was journaled", async () => {
  await using folder = await nodeFolder();
  const jobs = new HeldJobs();
  const decided: boolean[] = [];
  const behavior: AnyBehavior = {
    ...LEDGER,
    decide(state, command, facts) {
      const { type } = command as LedgerCommand;
      if (type === "end") decided.push((state as LedgerState).jobs.length > 0);
      return LEDGER.decide(state, command, facts);
    },
  };
  await using test = await startLedgerNode({ ...folder, jobs, behavior });
  await test.send("a", BEGIN);
  fates(test, "unknown");
  jobs.finish();
  await test.until(async () => (await test.notes("a")).length === 1);
  await test.clock.advance(5000);
  assert.deepEqual(decided, [true]);
});

Deno.test("Node starts an effect whose commit it only found again, as it never ran before", async () => {
  await using folder = await nodeFolder();
  const jobs = new Jobs();
  await using test = await startLedgerNode({ ...folder, jobs });
  await test.send("a", note("here"));
  fates(test, "unknown");
  await assert.rejects(test.send("a", BEGIN), isUnavailable);
  await test.until(async () => (await test.notes("a")).length === 2);
  assert.deepEqual(await test.notes("a"), ["here", "j: ran"]);
  assert.deepEqual(jobs.runs, ["j"]);
});

Deno.test("Node answers a repetition after a commit of which it did not know the end", async () => {
  for (
    const [fate, repeated] of [["unknown", true], ["lost", false], ["refused", false]] as const
  ) {
    await using folder = await nodeFolder();
    await using test = await startLedgerNode(folder);
    const send = () => test.send("a", note("x"), { id: "key", digest: "d" });
    fates(test, fate);
    await assert.rejects(send(), JournalUnavailable);
    await test.until(() => test.node.trouble() === null);
    assert.deepEqual(await send(), { reply: 1, repeated }, fate);
    assert.deepEqual(await test.notes("a"), ["x"]);
  }
});

Deno.test("Node handles what was accepted before the journal failed, once, when it is back", async () => {
  for (const fate of ["full", "refused", "lost", "unknown"] as const) {
    await using folder = await nodeFolder();
    await using test = await startLedgerNode(folder);
    // It has looked for what was left from before, and will not do so again.
    await test.clock.advance(1000);
    const partition = partitionOf(ledger("a"), test.journal.partition_count);
    const rows = ["1", "2"].map((text) => ({
      address: ledger("a"),
      partition,
      id: `m${text}`,
      command: note(text),
      sender: "test",
      request_id: null,
      digest: "",
    }));
    await test.journal.accept(rows);
    if (fate === "full") test.faults.full = true;
    else fates(test, fate);
    test.node.notify(ledger("a"));
    await test.clock.advance(3000);
    test.faults.full = false;
    await test.until(async () => (await test.journal.figures()).mailbox_depth === 0);
    assert.deepEqual(await test.notes("a"), ["1", "2"], fate);
  }
});

Deno.test("Node starts to work when the journal can be read, though it could not at first", async () => {
  await using folder = await nodeFolder();
  {
    const clock = new ManualClock();
    const jobs = new Jobs(clock, 60_000);
    await using test = await startLedgerNode({ ...folder, clock, jobs });
    await test.send("a", { type: "begin", job: "j", policy: "retry" });
  }
  const jobs = new Jobs();
  await using test = await startLedgerNode({ ...folder, jobs });
  // Before it had a chance to look.
  test.faults.full = true;
  await test.clock.advance(2000);
  test.faults.full = false;
  await test.until(async () => (await test.notes("a")).length === 1);
  assert.deepEqual(jobs.runs, ["j"]);
});

Deno.test("Node stops also while the journal is full", async () => {
  await using folder = await nodeFolder();
  const jobs = new HeldJobs();
  const test = await startLedgerNode({ ...folder, jobs });
  await test.send("a", BEGIN);
  await test.until(() => jobs.runs.length === 1);
  test.faults.full = true;
  jobs.finish();
  await test.clock.advance(100);
  await test.during(test.stop());
  await using again = await startLedgerNode(folder);
  await again.until(async () => (await again.notes("a")).length === 1);
  assert.deepEqual(await again.notes("a"), ["j: unknown"]);
});

Deno.test("Node lets no actor's unwritable commit keep the others from theirs", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode(folder);
  // A time that is no whole number is no time to the journal.
  const bad: LedgerCommand = { type: "remind", name: "t", at: 0.5, text: "x" };
  const all = [
    test.node.submit(ledger("a"), note("a")),
    test.node.submit(ledger("bad"), bad),
    test.node.submit(ledger("c"), note("c")),
  ];
  const ends = await test.during(Promise.allSettled(all));
  assert.deepEqual(ends.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  assert.equal(test.node.trouble(), null);
  const answer = await test.send("bad", note("can still be had"));
  invariant(!isRejection(answer), "it is served");
  assert.deepEqual(await test.notes("bad"), ["can still be had"]);
});
