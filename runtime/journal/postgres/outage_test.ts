import assert from "node:assert/strict";
import { type Clock, systemClock } from "../../clock.ts";
import { systemEntropy } from "../../entropy.ts";
import { actor, row, Writer } from "../contract/subject.ts";
import { ManualClock } from "../../manual_clock.ts";
import { type Journal, JournalUnavailable } from "../port.ts";
import { type ConnectionOptions, Connections } from "./connection.ts";
import { openJournal, subjectOf, testSchema } from "./test_database.ts";
import { TestProxy } from "./test_proxy.ts";

const A = actor("a");

/** Waits for a condition, for a generous time. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 20_000; waited += 20) {
    if (await holds()) return;
    await systemClock.sleep(20);
  }
  assert.fail("It never came to be");
}

/** Asserts that work fails for want of the database. Returns the error. */
async function unavailable(work: Promise<unknown>): Promise<JournalUnavailable> {
  const error = await work.then(() => null, (error) => error);
  assert.ok(error instanceof JournalUnavailable, String(error));
  assert.equal(error.code, "journal_unavailable");
  return error;
}

/** A journal behind a network that breaks, and a second one that sees the truth. */
async function behindProxy(clock = systemClock) {
  await using resources = new AsyncDisposableStack();
  const schema = resources.use(await testSchema());
  const truth = resources.adopt(await openJournal(schema), (journal) => journal.close());
  const proxy = resources.use(new TestProxy(schema.url));
  const journal = resources.adopt(
    await openJournal({ url: proxy.url }, { clock, statement_timeout_ms: 2000 }),
    (journal) => journal.close(),
  );
  const writer = await Writer.of(subjectOf(journal, proxy));
  const owned = resources.move();
  return { proxy, journal, truth, writer, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** How many connections there are where it matters that there are several. */
const MANY = 4;

/** Connections with the deadlines that most of them have on a node, unless others are given. */
function connect(
  url: string,
  clock: Clock,
  options: Partial<ConnectionOptions> = {},
): Connections {
  const usual = { connections: MANY, statement_timeout_ms: 10_000 };
  return new Connections({ url, clock, entropy: systemEntropy, ...usual, ...options });
}

/** Lets time pass until some work has ended: so many milliseconds with each real 20. */
async function whileTimePasses(
  clock: ManualClock,
  work: Promise<unknown>,
  step = 500,
): Promise<void> {
  let ended = false;
  const end = () => void (ended = true);
  work.then(end, end);
  await until(async () => {
    await clock.advance(step);
    return ended;
  });
}

/** Asks for more than there are connections, and asserts that all wait in vain and nothing is done. */
async function allInVain(connections: Connections, clock: ManualClock): Promise<void> {
  const asked = Array.from({ length: MANY + 1 }, () => unavailable(connections.query("SELECT 1")));
  await whileTimePasses(clock, Promise.all(asked));
  for (const { rolled_back } of await Promise.all(asked)) assert.ok(rolled_back);
}

/** Asserts that each connection is used if there are as many statements. */
async function allServe(connections: Connections, clock: ManualClock): Promise<void> {
  const ask = () => connections.query("SELECT pg_backend_pid() AS id");
  const asked = ask().then(() => Promise.all(Array.from({ length: MANY }, ask)));
  await whileTimePasses(clock, asked, 50);
  assert.equal(new Set((await asked).map(([row]) => row?.id)).size, MANY);
}

/** Asserts that a journal serves again, soon. */
async function serves(journal: Journal): Promise<void> {
  await until(() => journal.check().then(() => true, () => false));
  await journal.readEvents(A, 0, 1);
  assert.deepEqual(await journal.accept([row(A, `again_${systemClock.monotonic()}`)]), [
    "accepted",
  ]);
}

Deno.test("A Postgres journal that is cut off after it sent a commit says that the end is unknown", async () => {
  await using world = await behindProxy();
  const { proxy, journal, truth, writer } = world;
  await writer.write(A, { events: [1] });

  proxy.weather = "no_answers";
  const committing = unavailable(writer.commit(writer.part(A, { events: ["was written"] })));
  await until(async () => (await truth.find(A))?.seq === 2);
  proxy.weather = "fair";
  proxy.cut();
  assert.equal((await committing).rolled_back, false);
  await serves(journal);
  // The writer knows nothing of it, and is told so.
  assert.deepEqual(await writer.commit(writer.part(A, { events: ["too"] })), ["conflict"]);

  proxy.weather = "no_requests";
  const lost = unavailable(writer.commit(writer.part(actor("b"), { events: ["is lost"] })));
  await until(() => proxy.heard > 0);
  proxy.weather = "fair";
  proxy.cut();
  assert.equal((await lost).rolled_back, false);
  await serves(journal);
  assert.equal(await truth.find(actor("b")), null);
});

Deno.test("A Postgres journal that cannot connect is certain that nothing was written, and serves when it can", async () => {
  await using world = await behindProxy();
  const { proxy, journal, writer } = world;
  proxy.weather = "dropping";
  proxy.cut();
  await until(async () => {
    const error = await unavailable(writer.commit(writer.part(A, { events: [1] })));
    assert.match(error.message, /cannot be used: the connection/);
    return error.rolled_back;
  });
  const taken = proxy.taken;
  for (let i = 0; i < 3; i++) {
    const work = [journal.accept([row(A, "1")]), journal.check(), journal.load(A)];
    for (const error of await Promise.all(work.map(unavailable))) assert.ok(error.rolled_back);
  }
  // Each asked once; and the listener does by itself.
  assert.ok(proxy.taken - taken < 50, `${proxy.taken - taken} connections were tried`);
  proxy.weather = "fair";
  await serves(journal);
  assert.deepEqual(await writer.commit(writer.part(A, { events: [1] })), ["committed"]);
});

Deno.test("A Postgres journal gives up a connection on which nothing is heard, and takes another", async () => {
  const clock = new ManualClock();
  await using world = await behindProxy(clock);
  const { proxy, journal, truth, writer } = world;
  await writer.write(A, { events: [1] });
  proxy.weather = "no_requests";
  const committing = unavailable(writer.commit(writer.part(A, { events: [2] })));
  await until(() => proxy.heard > 0);
  await clock.advance(60_000);
  const error = await committing;
  assert.match(error.message, /does not answer/);
  assert.equal(error.rolled_back, false);

  proxy.weather = "fair";
  assert.deepEqual(await writer.commit(writer.part(A, { events: ["next"] })), ["committed"]);
  assert.equal((await truth.find(A))?.seq, 2);
  assert.equal((await journal.find(A))?.seq, 2);
});

Deno.test("Connections that took longer to make than a statement may wait serve those that come later", async () => {
  await using schema = await testSchema();
  await using proxy = new TestProxy(schema.url);
  await using connections = connect(proxy.url, systemClock, {
    connections: 1,
    statement_timeout_ms: 200,
    grace_ms: 100,
  });
  proxy.weather = "late_answers";
  for (let i = 0; i < 5; i++) {
    const error = await unavailable(connections.query("SELECT 1 AS one"));
    assert.equal(error.rolled_back, true, "it was never sent");
  }
  assert.equal(proxy.taken, 2, "the second is waited for, however long it takes");
  proxy.weather = "fair";
  const one = () => connections.query("SELECT 1 AS one").then((rows) => rows, () => null);
  assert.deepEqual((await one())?.map((row) => ({ ...row })), [{ one: 1 }]);
  assert.equal(proxy.taken, 2);
});

Deno.test("Connections that took longer to make than several statements may wait are all used later", async () => {
  const clock = new ManualClock();
  await using schema = await testSchema();
  await using proxy = new TestProxy(schema.url);
  await using connections = connect(proxy.url, clock);
  proxy.weather = "late_answers";
  await allInVain(connections, clock);
  await allInVain(connections, clock);
  proxy.weather = "fair";
  await allServe(connections, clock);
});

Deno.test("Connections that break when they are just made are given up like others", async () => {
  const clock = new ManualClock();
  await using schema = await testSchema();
  await using proxy = new TestProxy(schema.url);
  await using connections = connect(proxy.url, clock, { connections: 1 });
  const ask = () => connections.query("SELECT 1");
  proxy.weather = "late_answers";
  const first = unavailable(ask());
  await until(() => proxy.heard > 0);
  const { heard } = proxy;
  await whileTimePasses(clock, first);
  await until(() => proxy.taken === 2 && proxy.heard > heard);
  // The second one is let in, and lost with its first statement; the first one only says farewell.
  proxy.weather = "no_requests";
  const { heard: before } = proxy;
  await until(() => proxy.heard - before >= "Q....SELECT 1.".length);
  proxy.weather = "fair";
  await clock.advance(15_000);
  const answer = ask();
  await whileTimePasses(clock, answer, 50);
  assert.equal((await answer).length, 1);
  assert.equal(proxy.taken, 3);
});

Deno.test("Connections to several hosts that were all away for long are all used later", async () => {
  const clock = new ManualClock();
  await using schema = await testSchema();
  await using first = new TestProxy(schema.url);
  await using second = new TestProxy(schema.url);
  first.weather = second.weather = "dropping";
  const { host } = new URL(second.url);
  await using connections = connect(first.url.replace(/(@[^/?]*)/, `$1,${host}`), clock);
  await allInVain(connections, clock);
  await allInVain(connections, clock);
  second.weather = "fair";
  await allServe(connections, clock);
});

Deno.test("Connections that are given up while they wait to try again do not try", async () => {
  const clock = new ManualClock();
  await using schema = await testSchema();
  await using proxy = new TestProxy(schema.url);
  // Less than they wait at least.
  const deadlines = { statement_timeout_ms: 10, grace_ms: 10 };
  await using connections = connect(proxy.url, clock, { connections: 1, ...deadlines });
  proxy.weather = "dropping";
  await unavailable(connections.query("SELECT 1"));
  const late = unavailable(connections.query("SELECT 1"));
  await until(() => clock.sleeping === 2);
  await clock.advance(20);
  await late;
  // By then the driver has ended them, too.
  await systemClock.sleep(400);
  proxy.weather = "fair";
  const taken = proxy.taken;
  await clock.advance(1000);
  await systemClock.sleep(100);
  assert.equal(proxy.taken, taken);
});

Deno.test("Connections that are closed before the first of new ones is there say so to what waits for it", async () => {
  const clock = new ManualClock();
  await using schema = await testSchema();
  await using proxy = new TestProxy(schema.url);
  const connections = connect(proxy.url, clock, { connections: 1 });
  proxy.weather = "late_answers";
  await whileTimePasses(clock, unavailable(connections.query("SELECT 1")));
  const waiting = unavailable(connections.query("SELECT 1"));
  const closed = connections[Symbol.asyncDispose]();
  assert.match((await waiting).message, /cannot be used: it was closed$/);
  await whileTimePasses(clock, closed);
});

Deno.test("Connections that are closed end first what is under way", async () => {
  await using schema = await testSchema();
  const connections = connect(schema.url, systemClock, { connections: 1 });
  await connections.query("SELECT 1");
  const slow = Promise.all(
    Array.from({ length: 2 }, () => connections.query("SELECT 1 AS one FROM pg_sleep(0.6)")),
  );
  await connections[Symbol.asyncDispose]();
  assert.deepEqual((await slow).map(([row]) => row?.one), [1, 1]);
});

Deno.test("A Postgres journal hears of releases again after its connections were cut", async () => {
  await using world = await behindProxy();
  const { proxy, journal, truth, writer } = world;
  await truth.release("node_1", [writer.lease(7)]);
  let heard = 0;
  const end = journal.onReleased(() => heard++);
  proxy.cut();
  await until(async () => {
    await truth.release("other", await truth.acquire("other", [7], 60_000));
    return heard > 0;
  });
  end();
});
