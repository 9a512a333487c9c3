import assert from "node:assert/strict";
import { systemClock } from "../../clock.ts";
import {
  actor,
  allWaiting,
  PARTITIONS,
  type PartOptions,
  row,
  Writer,
} from "../contract/subject.ts";
import type { Address } from "../../../actors/behavior.ts";
import type { Journal } from "../port.ts";
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
    const handled = [{ id: `cmd_${n}`, digest: "", reply: n }];
    const sends = [row(actor("b"), `sent_${n}`)];
    const mark = writer.part(actor("a"), { handled, sends });
    const marks = await Promise.all([one, two].map((journal) => journal.commit([mark])));
    assert.deepEqual(marks.flat().sort(), ["committed", "duplicate"]);
    const events = writer.part(actor(`new_${n}`), { events: [n] });
    const written = await Promise.all([one, two].map((journal) => journal.commit([events])));
    assert.deepEqual(written.flat().sort(), ["committed", "conflict"]);
  }
  assert.equal((await allWaiting(one, actor("b"))).length, 20);
});

Deno.test("acquire() waits for the commits that are under way in a partition, which stay whole", async () => {
  await using nodes = await twoNodes();
  const { one, two, schema } = nodes;
  const writer = await Writer.of(subjectOf(one, schema));
  await one.release("node_1", [writer.lease(1)]);
  let acquired = false;
  const { acquiring } = await schema.sql.begin(async (sql) => {
    // As a commit that takes its time.
    await sql.unsafe("SELECT pg_advisory_xact_lock(partition_locks(), 1)");
    const acquiring = two.acquire("node_2", [1], 60_000).finally(() => acquired = true);
    const waiting =
      "SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted " +
      "AND classid = partition_locks()::bigint::oid AND objid = 1";
    while ((await sql.unsafe(waiting))[0]?.n !== 1) await systemClock.sleep(5);
    assert.equal(acquired, false);
    return { acquiring };
  });
  const [lease] = await acquiring;
  assert.ok(lease && lease.epoch > writer.lease(1).epoch);
  const late = writer.part(actor("a"), { events: ["late"], partition: 1 });
  assert.deepEqual(await one.commit([late]), ["fenced"]);
});

/** How much each of the nodes does in the next test. */
const ROUNDS = 40;

/** What a node does: commits of its own actors, which send to those of both, in an order of its own. */
async function work(journal: Journal, writer: Writer, partition: number, all: Address[]) {
  const own = all.filter((_, i) => i % 2 === partition % 2);
  const others = partition % 2 === 0 ? all : all.toReversed();
  for (let n = 0; n < ROUNDS; n++) {
    const sends = others.map((address, i) => row(address, `m${n}`, { partition: i % 2 }));
    const part = (address: Address, more: PartOptions) =>
      writer.part(address, { partition, sends, handled: [mark(`m${n - 1}`)], ...more });
    const parts = own.map((address, i) =>
      part(address, i === 0 ? { dead: [letter(`${address.id}_${n}`)] } : { events: [n] })
    );
    assert.deepEqual(new Set(await writer.commit(...parts)), new Set(["committed"]));
    await Promise.all([
      journal.retryDeadLetter("acme", `${own[0]?.id}_${n}`),
      journal.backlog([0, 1], 10),
      ...own.map((address) => journal.take(address, 5, [])),
    ]);
  }
}

const mark = (id: string) => ({ id, digest: "", reply: null });

Deno.test("Nodes that commit, accept, take, retry and purge at once never wait for each other in a circle", async () => {
  await using nodes = await twoNodes();
  const { one, two, schema } = nodes;
  const writer = await Writer.of(subjectOf(one, schema));
  assert.equal(PARTITIONS, 8);
  const other = await Writer.of(subjectOf(two, schema), "node_1");
  const owner = await Writer.of(subjectOf(one, schema), "node_1");
  assert.ok(
    owner.lease(0).epoch > other.lease(0).epoch && other.lease(0).epoch > writer.lease(0).epoch,
  );
  const all = Array.from({ length: 8 }, (_, i) => actor(`a${i}`));
  // Two writers of one holder, each with its own actors.
  const second = await Writer.of(subjectOf(two, schema), "node_1");
  const first = second;
  let busy = true;
  const accepting = async (journal: Journal, order: Address[]) => {
    for (let n = 0; n < ROUNDS; n++) {
      const rows = order.map((address) =>
        row(address, `m${n}`, { partition: all.indexOf(address) % 2 })
      );
      await journal.accept(rows);
    }
  };
  const purging = async () => {
    while (busy) await one.purge({ handled: systemClock.now() - 1, closed: null }, 50);
  };
  const purge = purging();
  try {
    await Promise.all([
      work(one, first, 0, all),
      work(two, second, 1, all),
      accepting(one, all),
      accepting(two, all.toReversed()),
    ]);
  } finally {
    busy = false;
    await purge;
  }
  const { items } = await one.deadLetters("acme", { cursor: null, limit: 1000 });
  assert.ok(items.every(({ status }) => status === "retried"));
});
