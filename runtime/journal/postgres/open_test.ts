import assert from "node:assert/strict";
import type { SynapseError } from "../../errors.ts";
import { PARTITIONS } from "../contract/subject.ts";
import { MIGRATIONS } from "../migrations/postgres/mod.ts";
import { JournalUnavailable } from "../port.ts";
import { openJournal, testSchema } from "./test_database.ts";

const reason = (wanted: RegExp) => (error: unknown) => {
  assert.ok(error instanceof JournalUnavailable && error.rolled_back, String(error));
  assert.match(error.message, wanted);
  return true;
};

/** The columns and indices of a schema. */
async function shapeOf({ sql }: Awaited<ReturnType<typeof testSchema>>): Promise<unknown> {
  return await sql.unsafe(
    "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type FROM pg_class c " +
      "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 " +
      "WHERE c.relnamespace = current_schema()::regnamespace ORDER BY 1, 2",
  );
}

Deno.test("MIGRATIONS are numbered from 1, without a gap", () => {
  assert.deepEqual(MIGRATIONS.map(({ number }) => number), MIGRATIONS.map((_, i) => i + 1));
});

Deno.test("openPostgresJournal() by several nodes at once applies each migration once", async () => {
  await using schema = await testSchema();
  const journals = await Promise.all([1, 2, 3].map(() => openJournal(schema)));
  const rows = await schema.sql.unsafe("SELECT number, name FROM migrations ORDER BY number");
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    MIGRATIONS.map(({ number, name }) => ({ number, name })),
  );
  for (const journal of journals) {
    assert.equal(journal.partition_count, PARTITIONS);
    await journal.check();
    await journal.close();
  }
});

Deno.test("openPostgresJournal() keeps the number of partitions of an existing database", async () => {
  await using schema = await testSchema();
  for (const partitions of [4, 16]) {
    const journal = await openJournal(schema, { partitions });
    assert.equal(journal.partition_count, 4);
    const all = Array.from({ length: 16 }, (_, i) => i);
    assert.equal((await journal.acquire("n", all, 1)).length, 4);
    await journal.close();
    // Closing once more is no fault.
    await journal.close();
  }
});

Deno.test("openPostgresJournal() refuses a journal of a newer program, and leaves it as it is", async () => {
  await using schema = await testSchema();
  await (await openJournal(schema)).close();
  await schema.sql.unsafe("INSERT INTO migrations VALUES (99, 'from_the_future', 0)");
  const before = await shapeOf(schema);
  await assert.rejects(openJournal(schema), (error: SynapseError) => {
    assert.equal(error.code, "journal_too_new");
    assert.deepEqual(error.data, { found: 99, known: MIGRATIONS.length });
    return true;
  });
  assert.deepEqual(await shapeOf(schema), before);
});

Deno.test("openPostgresJournal() refuses what it cannot use, and says why without the password", async () => {
  await using schema = await testSchema();
  const open = (change: (url: URL) => void) => {
    const url = new URL(schema.url);
    url.password = "secret";
    change(url);
    return openJournal({ url: url.href });
  };
  const database = (url: URL) => void (url.pathname = "/no_such_database");
  const missing = /^Journal [^@]*\/no_such_database cannot be used: the database does not exist$/;
  await assert.rejects(open(database), reason(missing));
  // Nobody listens on a port that nobody may take.
  const port = (url: URL) => void (url.port = "1");
  await assert.rejects(open(port), reason(/:1\/\w+ cannot be used: the connection was refused$/));
  const path = (url: URL) => url.searchParams.set("search_path", "no_such_schema");
  await assert.rejects(open(path), reason(/its search_path names no schema that exists/));
});

Deno.test("check() says that a journal is read-only, or has lost its schema", async () => {
  await using schema = await testSchema();
  await (await openJournal(schema)).close();
  const url = new URL(schema.url);
  url.searchParams.set("default_transaction_read_only", "on");
  await assert.rejects(openJournal({ url: url.href }), reason(/cannot be used: it is read-only$/));

  const journal = await openJournal(schema);
  await journal.check();
  await schema.sql.unsafe("DELETE FROM migrations WHERE number > 1");
  await assert.rejects(journal.check(), /Journal has schema 1, wanted \d+/);
  await journal.close();
});
