import assert from "node:assert/strict";
import { systemClock } from "../../clock.ts";
import { actor, mark, PARTITIONS, row, Writer } from "../contract/subject.ts";
import type { Journal } from "../port.ts";
import { openJournal, subjectOf, testSchema } from "./test_database.ts";

/** How many of everything there are. */
const MANY = 5000;

/** Of one tenant and type, and never analysed: the planner knows as little as it ever will. */
const FILL = `
  INSERT INTO actors (key, tenant, type, id, partition, seq, hash, status, label, details, owed, turned,
    bytes, created_at, updated_at)
  SELECT nextval('actors_key'), 'acme', 'session', 'a' || n, n % 8, 1, '', 'idle', '', '{}', false, false,
    1, n, n FROM generate_series(1, ${MANY}) AS n;
  INSERT INTO listings (tenant, type, actor, partition, status, owed)
  SELECT 'acme', 'session', n, n % 8, 'idle', n % 100 = 0 FROM generate_series(1, ${MANY}) AS n;
  INSERT INTO events (actor, seq, type, v, payload, cause, at, hash)
  SELECT n, 1, 'noted', 1, '1', 'c', n, '' FROM generate_series(1, ${MANY}) AS n;
  INSERT INTO mailbox (position, tenant, type, actor, id, partition, command, digest, sender, accepted_at,
    attempts, handled_at, reply, refused)
  SELECT nextval('mailbox_position'), 'acme', 'session', 'a' || n, 'cmd' || m, n % 8, 'null', '', '', n, m,
    CASE WHEN m > 0 THEN n END, 'null', m = 2
  FROM generate_series(1, ${MANY}) AS n, generate_series(0, 2) AS m;
  INSERT INTO timers (tenant, type, actor, name, partition, at, command)
  SELECT 'acme', 'session', 'a' || n, 't', n % 8, n, 'null' FROM generate_series(1, ${MANY}) AS n;
  INSERT INTO approvals (tenant, id, type, actor, kind, details, status, outcome, asked_at)
  SELECT 'acme', 'q' || n, 'session', 'a' || n, 'k', 'null', 'pending', 'null', n
  FROM generate_series(1, ${MANY}) AS n;
  INSERT INTO dead_letters (tenant, id, type, actor, partition, command_id, command, sender, error,
    attempts, at, status)
  SELECT 'acme', 'd' || n, 'session', 'a' || n, n % 8, 'c', 'null', '', '', 5, n, 'open'
  FROM generate_series(1, ${MANY}) AS n`;

const ALL = Array.from({ length: PARTITIONS }, (_, i) => i);
const PAGE = { cursor: null, limit: 3 };

/** What a node does all day, with a few actors. */
async function day(journal: Journal, writer: Writer): Promise<void> {
  for (let n = 1; n <= 5; n++) {
    const a = actor(`a${n}`);
    const part = writer.part(a, {
      events: [2],
      partition: n % PARTITIONS,
      summary: { status: "running", label: "", details: null },
      handled: [mark("cmd0"), mark("cmd2"), mark("new")],
      sends: [row(actor(`a${n + 10}`), "sent")],
      timers: [{ op: "fired", name: "t", at: n }, { op: "set", name: "u", at: n, command: null }],
      questions: [{ op: "settle", id: `q${n}`, outcome: "approve", details: null }],
      outgoing: true,
    });
    const events = part.events.map((event) => ({ ...event, seq: 2 }));
    const outcomes = await journal.commit([
      { ...part, expected_seq: 1, expected_hash: "", events },
      {
        ...writer.part(actor(`a${n + 20}`), { partition: (n + 20) % PARTITIONS }),
        expected_seq: 1,
        expected_hash: "",
      },
      writer.part(actor(`new${n}`), { events: [1] }),
    ]);
    assert.deepEqual(outcomes, ["committed", "committed", "committed"]);
    const again = row(actor(`a${n + 40}`), "cmd2");
    assert.deepEqual(await journal.accept([row(a, "x"), again]), ["accepted", "accepted"]);
    assert.equal((await journal.take(actor(`a${n + 30}`), 5, [])).length, 1);
    assert.notEqual(await journal.handled(a, "cmd1"), null);
    assert.equal((await journal.load(a))?.tail.length, 2);
    assert.equal((await journal.readEvents(a, 1, 10)).length, 1);
    assert.notEqual(await journal.find(a), null);
    assert.notEqual(await journal.question("acme", `q${n + 10}`), null);
    assert.notEqual(await journal.retryDeadLetter("acme", `d${n}`), null);
  }
  assert.equal((await journal.backlog(ALL, 3)).length, 3);
  assert.equal((await journal.dueTimers(ALL, 3)).length, 3);
  assert.equal(await journal.nextTimerIn(ALL), 0);
  assert.equal((await journal.outgoing(ALL, 3)).length, 3);
  const pages = [
    await journal.owed(ALL, PAGE),
    await journal.list("acme", { type: "session", status: null, label: null }, PAGE),
    await journal.list("acme", { type: "session", status: "running", label: null }, PAGE),
    await journal.list("acme", { type: "session", status: null, label: "" }, PAGE),
    await journal.questions("acme", null, PAGE),
    await journal.questions("acme", "pending", PAGE),
    await journal.deadLetters("acme", PAGE),
  ];
  for (const { items } of pages) assert.equal(items.length, 3);
}

Deno.test("No query of the hot path reads more rows than it needs, in tables of which nothing is known", async () => {
  await using schema = await testSchema();
  const journal = await openJournal(schema);
  await schema.sql.unsafe(FILL);
  await day(journal, await Writer.of(subjectOf(journal, schema)));
  // The server counts what a connection did when that ends, or a little later.
  await journal.close();
  const counts = async () =>
    await schema.sql.unsafe(
      "SELECT relname AS table, seq_tup_read + coalesce(idx_tup_fetch, 0) AS read, idx_scan AS searches " +
        "FROM pg_stat_user_tables WHERE schemaname = current_schema() AND relname NOT IN " +
        "('agents', 'migrations', 'nodes', 'partitions', 'settings', 'snapshots') ORDER BY relname",
    );
  let found = await counts();
  for (let waited = 0; waited < 20_000; waited += 50) {
    if (found.every(({ searches }) => Number(searches) > 0)) break;
    await systemClock.sleep(50);
    found = await counts();
  }
  assert.equal(found.length, 8);
  for (const { table, read, searches } of found) {
    assert.ok(Number(searches) > 0, `${table} was never searched`);
    assert.ok(Number(read) < 500, `${read} rows of ${table} were read`);
  }
});
