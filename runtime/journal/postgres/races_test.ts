import assert from "node:assert/strict";
import type { Address } from "../../../actors/behavior.ts";
import { actor, allWaiting, mark, nodeBeat, row, Writer } from "../contract/subject.ts";
import type { Journal, JournalUnavailable } from "../port.ts";
import { openJournal, subjectOf, testSchema } from "./test_database.ts";

/** A schema with two journals open on it, as two nodes have them. */
async function twoNodes() {
  await using resources = new AsyncDisposableStack();
  const schema = resources.use(await testSchema());
  const open = async () => resources.adopt(await openJournal(schema), (journal) => journal.close());
  const [one, two] = [await open(), await open()];
  const owned = resources.move();
  return { schema, one, two, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const letter = (id: string) => ({
  id,
  command_id: id,
  command: null,
  sender: "",
  error: "",
  attempts: 5,
});

Deno.test("commit() of the same part over two connections at once succeeds once, with and without events", async () => {
  await using nodes = await twoNodes();
  const { one, two, schema } = nodes;
  const writer = await Writer.of(subjectOf(one, schema));
  for (let n = 0; n < 20; n++) {
    const handled = [mark(`cmd_${n}`, { reply: n })];
    const sends = [row(actor("b"), `sent_${n}`)];
    const handling = writer.part(actor("a"), { handled, sends });
    const marks = await Promise.all([one, two].map((journal) => journal.commit([handling])));
    assert.deepEqual(marks.flat().sort(), ["committed", "duplicate"]);
    const events = writer.part(actor(`new_${n}`), { events: [n] });
    const written = await Promise.all([one, two].map((journal) => journal.commit([events])));
    assert.deepEqual(written.flat().sort(), ["committed", "conflict"]);
  }
  assert.equal((await allWaiting(one, actor("b"))).length, 20);
});

Deno.test("acquire() and renew() wait for no commit, and what is under way stays whole", async () => {
  await using nodes = await twoNodes();
  const { one, two, schema } = nodes;
  const writer = await Writer.of(subjectOf(one, schema));
  await one.release("node_1", [1, 2].map((partition) => writer.lease(partition)));
  await schema.sql.begin(async (sql) => {
    // As a commit that takes its time.
    await sql.unsafe("SELECT pg_advisory_xact_lock(partition_locks(), 1)");
    const taken = await two.acquire("node_2", [1, 2], 60_000);
    assert.deepEqual(taken.map(({ partition }) => partition), [2]);
    assert.deepEqual((await two.renew("node_2", taken, 60_000)).map(({ epoch }) => epoch), [
      taken[0]?.epoch,
    ]);
    assert.equal((await one.renew("node_1", [writer.lease(3)], 60_000)).length, 1);
    const own = writer.part(actor("b"), { events: [1], partition: 3 });
    assert.deepEqual(await writer.commit(own), ["committed"]);
  });
  const [lease] = await two.acquire("node_2", [1], 60_000);
  assert.ok(lease && lease.epoch > writer.lease(1).epoch);
  const late = writer.part(actor("a"), { events: ["late"], partition: 1 });
  assert.deepEqual(await one.commit([late]), ["fenced"]);
});

Deno.test("requestDrain() over two connections at once spares one of the last two nodes", async () => {
  await using nodes = await twoNodes();
  const { one, two } = nodes;
  for (let round = 0; round < 30; round++) {
    for (const id of ["n1", "n2"]) {
      await one.join(nodeBeat(id, { incarnation: `inc_${round}` }), 60_000);
    }
    const ask = { alive_ms: 60_000, force: false };
    const outcomes = await Promise.all([
      one.requestDrain("n1", ask),
      two.requestDrain("n2", ask),
    ]);
    assert.deepEqual(outcomes.sort(), ["asked", "last"]);
  }
});

Deno.test("renew() and beat() that have to wait give up long before a commit does", async () => {
  await using nodes = await twoNodes();
  const { one, schema } = nodes;
  const writer = await Writer.of(subjectOf(one, schema));
  const beat = nodeBeat("node_1");
  await one.join(beat, 1000);
  const { committing } = await schema.sql.begin(async (sql) => {
    await sql.unsafe("LOCK TABLE partitions, nodes IN ACCESS EXCLUSIVE MODE");
    let committed = false;
    const committing = one.commit([writer.part(actor("a"), { events: [1] })])
      .finally(() => committed = true);
    for (
      const look of [
        () => one.renew("node_1", [writer.lease(3)], 60_000),
        () => one.beat(beat, 1000),
      ]
    ) {
      await assert.rejects(look, (error: JournalUnavailable) => {
        assert.equal(error.code, "journal_unavailable");
        return error.rolled_back;
      });
    }
    assert.equal(committed, false);
    return { committing };
  });
  assert.deepEqual(await committing, ["committed"]);
});

/** How much each of the nodes does in the next test. */
const ROUNDS = 40;

const ALL = Array.from({ length: 8 }, (_, i) => actor(`a${i}`));
const partitionOf = (address: Address) => ALL.indexOf(address) % 2;

/** The same message to each of the actors, in that order. */
const messages = (n: number, order: readonly Address[]) =>
  order.map((address) => row(address, `m${n}`, { partition: partitionOf(address) }));

/** Who writes a partition, under which epoch. */
interface Owner {
  readonly journal: Journal;
  readonly writer: Writer;
  readonly partition: number;
  readonly epoch: number;
}

/** What a node does: commits of its own actors, which send to those of all, in an order of its own. */
async function work({ journal, writer, partition, epoch }: Owner): Promise<void> {
  const own = ALL.filter((address) => partitionOf(address) === partition);
  const order = partition === 0 ? ALL : ALL.toReversed();
  for (let n = 0; n < ROUNDS; n++) {
    // Every other one is refused twice, if it was not accepted again meanwhile.
    const handled = n % 2 === 0
      ? [mark(`m${n - 1}`, { refused: true })]
      : [mark(`m${n - 2}`, { refused: true }), mark(`m${n - 1}`)];
    const parts = own.map((address, i) => {
      const more = i === 0 ? { dead: [letter(`${address.id}_${n}`)] } : { events: [n] };
      return writer.part(address, {
        partition,
        epoch,
        sends: messages(n, order),
        handled,
        ...more,
      });
    });
    assert.deepEqual(await writer.commit(...parts), parts.map(() => "committed"));
    await Promise.all([
      journal.retryDeadLetter("acme", `${own[0]?.id}_${n}`),
      journal.backlog([0, 1], 10),
      ...own.map((address) => journal.take(address, 5, [])),
    ]);
  }
}

/** Sends the messages from elsewhere, twice: what was refused by then waits again. */
async function acceptAll(journal: Journal, order: readonly Address[]): Promise<void> {
  for (let n = 0; n < 2 * ROUNDS; n++) await journal.accept(messages(n % ROUNDS, order));
}

Deno.test("Nodes that commit, accept, take, retry and purge at once never wait for each other in a circle", async () => {
  await using nodes = await twoNodes();
  const { one, two, schema } = nodes;
  // The second one takes the partitions over, and gives the first one an epoch to write one of them.
  const first = await Writer.of(subjectOf(one, schema));
  await first.release();
  const second = await Writer.of(subjectOf(two, schema));
  const owner = (journal: Journal, writer: Writer, partition: number) =>
    work({ journal, writer, partition, epoch: second.lease(partition).epoch });
  let busy = true;
  const purging = (async () => {
    while (busy) await one.purge({ handled: 0, closed: null }, 50);
  })();
  try {
    await Promise.all([
      owner(one, first, 0),
      owner(two, second, 1),
      acceptAll(one, ALL),
      acceptAll(two, ALL.toReversed()),
    ]);
  } finally {
    busy = false;
    await purging;
  }
  const { items } = await one.deadLetters("acme", { cursor: null, limit: 1000 });
  assert.equal(items.length, 2 * ROUNDS);
  assert.ok(items.every(({ status }) => status === "retried"));
  for (const address of ALL) {
    const waiting = (await allWaiting(one, address)).filter(({ id }) => id.startsWith("m"))
      .map(({ id }) => Number(id.slice(1)));
    assert.ok(waiting.includes(ROUNDS - 1));
    assert.deepEqual(waiting.filter((n) => n % 2 === 0), []);
  }
});
