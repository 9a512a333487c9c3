import assert from "node:assert/strict";
import { verifyChain } from "../journal/hash_chain.ts";
import { ManualClock } from "../manual_clock.ts";
import { FlakyJournal } from "./flaky_journal.ts";
import { ledger, type LedgerCommand, note, notesOf } from "./ledger_actor.ts";
import { Jobs, nodeFolder, startLedgerNode } from "./ledger_node.ts";

const begin = (job: string, policy: "once" | "retry"): LedgerCommand => ({
  type: "begin",
  job,
  policy,
});
const remind = (at: number, text: string): LedgerCommand => ({
  type: "remind",
  name: "bell",
  at,
  text,
});

Deno.test("Node resumes what is owed after a restart: it runs what may be repeated, and settles the rest", async () => {
  await using folder = await nodeFolder();
  const clock = new ManualClock();
  {
    const jobs = new Jobs(clock, 60_000);
    await using test = await startLedgerNode({ ...folder, clock, jobs });
    await test.send("a", begin("again", "retry"));
    await test.send("b", begin("single", "once"));
    await test.until(() => jobs.runs.length === 2);
  }
  const jobs = new Jobs();
  await using test = await startLedgerNode({ ...folder, clock, jobs });
  // Nobody asks: it goes on by itself.
  await test.until(async () =>
    (await test.notes("a")).length + (await test.notes("b")).length === 2
  );
  assert.deepEqual(await test.notes("a"), ["again: ran"]);
  assert.deepEqual(await test.notes("b"), ["single: unknown"]);
  assert.deepEqual(jobs.runs, ["again"]);
});

Deno.test("Node does not repeat after a restart what ended before it", async () => {
  await using folder = await nodeFolder();
  {
    await using test = await startLedgerNode(folder);
    await test.send("a", begin("j", "retry"));
    await test.until(async () => (await test.notes("a")).length === 1);
  }
  const jobs = new Jobs();
  await using test = await startLedgerNode({ ...folder, jobs });
  await test.clock.advance(5000);
  assert.deepEqual(jobs.runs, []);
  assert.equal(test.node.active, 0);
});

Deno.test("Node wakes more actors that owe something than it reads at a time", async () => {
  await using folder = await nodeFolder();
  const clock = new ManualClock();
  const ids = Array.from({ length: 600 }, (_, i) => `l${i}`);
  {
    const jobs = new Jobs(clock, 60_000);
    await using test = await startLedgerNode({ ...folder, clock, jobs });
    const sent = ids.map((id) => test.node.submit(ledger(id), begin(id, "retry")));
    await test.during(Promise.all(sent));
  }
  const jobs = new Jobs();
  await using test = await startLedgerNode({ ...folder, clock, jobs });
  const owed = async () =>
    (await test.journal.owed([0, 1, 2, 3, 4, 5, 6, 7], { cursor: null, limit: 1 })).items.length;
  await test.until(async () => await owed() === 0);
  assert.deepEqual([...jobs.runs].sort(), [...ids].sort());
});

Deno.test("Node drops idle actors, and wakes them from a snapshot and what came after it", async () => {
  await using folder = await nodeFolder();
  const limits = { idle_ms: 1000, snapshot_events: 10 };
  await using test = await startLedgerNode({ ...folder, limits });
  const texts = Array.from({ length: 25 }, (_, i) => `${i}`);
  for (const text of texts) await test.send("a", note(text));
  assert.equal(test.node.active, 1);
  await test.until(() => test.node.active === 0);
  const loaded = await test.journal.load(ledger("a"));
  assert.equal(loaded?.snapshot?.seq, 20);
  assert.deepEqual(loaded?.tail.map(({ seq }) => seq), [21, 22, 23, 24, 25]);
  await test.send("a", note("awake"));
  assert.deepEqual(await test.notes("a"), [...texts, "awake"]);
  const events = await test.journal.readEvents(ledger("a"), 0, 100);
  assert.ok(verifyChain(ledger("a"), events).ok);
});

Deno.test("Node keeps actors in memory that are busy, however long it takes", async () => {
  await using folder = await nodeFolder();
  const clock = new ManualClock();
  const jobs = new Jobs(clock, 30_000);
  const limits = { idle_ms: 1000, active_actors: 1 };
  await using test = await startLedgerNode({ ...folder, clock, jobs, limits });
  await test.send("a", begin("long", "once"));
  await test.send("b", note("short"));
  await test.clock.advance(20_000);
  assert.equal(test.node.active, 1);
  await test.clock.advance(11_000);
  assert.deepEqual(await test.notes("a"), ["long: ran"]);
  await test.until(() => test.node.active === 0);
});

Deno.test("Node fires a timer once, at its time, also when its actor is not in memory", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode({ ...folder, limits: { idle_ms: 100 } });
  const at = test.clock.now() + 10_000;
  await test.send("a", remind(at, "ring"));
  await test.until(() => test.node.active === 0);
  await test.clock.advance(at - test.clock.now() - 1);
  assert.deepEqual(await test.notes("a"), []);
  await test.until(async () => (await test.notes("a")).length > 0);
  assert.ok(test.clock.now() - at <= 100);
  await test.clock.advance(60_000);
  assert.deepEqual(await test.notes("a"), ["ring"]);
  assert.equal(await test.journal.nextTimerIn([0, 1, 2, 3, 4, 5, 6, 7]), null);
});

Deno.test("Node fires a timer after a restart: one that is due at once, another at its time", async () => {
  await using folder = await nodeFolder();
  const clock = new ManualClock();
  const start = clock.now();
  {
    await using test = await startLedgerNode({ ...folder, clock });
    await test.send("a", remind(start + 5000, "missed"));
    await test.send("b", remind(start + 20_000, "later"));
    await test.send("c", remind(start + 5000, "never"));
    await test.send("c", { ...remind(0, ""), at: null } as LedgerCommand);
  }
  await clock.advance(10_000);
  await using test = await startLedgerNode({ ...folder, clock });
  await test.until(async () => (await test.notes("a")).length > 0);
  assert.ok(clock.now() - start < 10_200);
  await clock.advance(start + 19_999 - clock.now());
  assert.deepEqual(await test.notes("b"), []);
  await clock.advance(60_000);
  assert.deepEqual(await test.notes("a"), ["missed"]);
  assert.deepEqual(await test.notes("b"), ["later"]);
  assert.deepEqual(await test.notes("c"), []);
});

Deno.test("Node fires many timers that are due at once", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode({ ...folder, limits: { mailbox_total: 1000 } });
  const at = test.clock.now() + 1000;
  const ids = Array.from({ length: 250 }, (_, i) => `l${i}`);
  const sent = ids.map((id) => test.node.submit(ledger(id), remind(at, "ring")));
  await test.during(Promise.all(sent));
  await test.clock.advance(5000);
  for (const id of ids) assert.deepEqual(await test.notes(id), ["ring"]);
});

/** Sends a message from one ledger to another. */
const tell = (to: string, text: string): LedgerCommand => ({ type: "tell", to, text });

Deno.test("Node brings a message from one actor to another, once", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode(folder);
  for (let i = 0; i < 20; i++) await test.send("a", tell("b", `${i}`));
  await test.until(async () => (await test.journal.figures()).mailbox_depth === 0);
  assert.deepEqual(await test.notes("b"), Array.from({ length: 20 }, (_, i) => `${i}`));
});

Deno.test("Node brings a message also when it stops between the two actors", async () => {
  for (const stage of ["sent", "taken", "handled"] as const) {
    await using folder = await nodeFolder();
    const faults = new FlakyJournal();
    const first = await startLedgerNode({ ...folder, faults });
    await first.send("b", note("here"));
    // The process ends with the sender's commit, before the recipient's, or right after that.
    let commits = 0;
    const last = stage === "sent" ? 1 : 2;
    faults.fate = () => {
      if (++commits < last) return "passes";
      return stage === "taken" ? "dies" : "dies_after";
    };
    await first.during(first.node.submit(ledger("a"), tell("b", "hello")).catch(() => {}));
    await first.until(() => faults.dead);
    await first.during(first.stop());
    await using again = await startLedgerNode(folder);
    await again.until(async () => (await again.journal.figures()).mailbox_depth === 0);
    assert.deepEqual(await again.notes("b"), ["here", "hello"], stage);
  }
});

Deno.test("Node shows past states, and the same ones after a restart", async () => {
  await using folder = await nodeFolder();
  const limits = { snapshot_events: 3 };
  const texts = ["a", "b", "c", "d", "e", "f", "g"];
  const past: unknown[] = [];
  {
    await using test = await startLedgerNode({ ...folder, limits });
    for (const text of texts) await test.send("a", note(text));
    for (const [i] of texts.entries()) {
      const inspected = await test.node.inspect(ledger("a"), i + 1);
      assert.deepEqual(notesOf(inspected), texts.slice(0, i + 1));
      past.push(inspected);
    }
  }
  await using test = await startLedgerNode({ ...folder, limits });
  for (const [i, inspected] of past.entries()) {
    assert.deepEqual(await test.node.inspect(ledger("a"), i + 1), inspected);
  }
  assert.deepEqual(await test.node.inspect(ledger("a"), null), past.at(-1));
  assert.equal(await test.node.inspect(ledger("nobody"), null), null);
});
