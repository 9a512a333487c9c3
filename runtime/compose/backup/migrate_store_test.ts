import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../clock.ts";
import { actor } from "../../journal/contract/subject.ts";
import { openJournal, testSchema } from "../../journal/postgres/test_database.ts";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import { journalFolder, journalOptions } from "../../journal/sqlite/test_journal.ts";
import type { Journal } from "../../journal/port.ts";
import { COPIED_TABLES } from "./copied_tables.ts";
import { fill } from "./full_journal.ts";
import { migrateStore } from "./migrate_store.ts";

type Schema = Awaited<ReturnType<typeof testSchema>>;

/** Lends the path of a filled journal, and an empty schema. */
async function withBoth(use: (from: string, schema: Schema) => Promise<void>): Promise<void> {
  await using folder = await journalFolder();
  await using schema = await testSchema();
  const journal = await openSqliteJournal(journalOptions(folder.path));
  await fill(journal);
  await journal.close();
  await use(folder.path, schema);
}

/** All that the port shows of a journal of `full_journal.ts`. */
async function seen(journal: Journal): Promise<unknown> {
  const page = { cursor: null, limit: 100 };
  const everything = { type: "session", status: null, label: null };
  const found = [];
  for (const tenant of ["acme", "globex"]) {
    for (const id of ["ses_1", "ses_2", "ses_3"]) {
      const address = actor(id, tenant);
      found.push(
        await journal.find(address),
        await journal.load(address),
        await journal.readEvents(address, 0, 5000),
        await journal.take(address, 10, []),
        await journal.handled(address, "cmd_1"),
        await journal.handled(address, "cmd_9"),
      );
    }
    found.push(
      (await journal.list(tenant, everything, page)).items,
      (await journal.questions(tenant, null, page)).items,
      (await journal.deadLetters(tenant, page)).items,
      await journal.agent(tenant, "assistant", 1),
      await journal.agent(tenant, "assistant", 2),
    );
  }
  const all = [0, 1, 2, 3, 4, 5, 6, 7];
  found.push(await journal.outgoing(all, 100), await journal.figures(), journal.id);
  return found;
}

/** Columns by table, both sorted. */
type Columns = Readonly<Record<string, readonly string[]>>;

function columnsOf(rows: readonly (readonly [table: string, column: string])[]): Columns {
  const tables = Object.groupBy(rows, ([table]) => table);
  return Object.fromEntries(
    Object.keys(tables).sort().map((table) => [
      table,
      (tables[table] ?? []).map(([, column]) => column).sort(),
    ]),
  );
}

/** All but these tables. */
function without(columns: Columns, ...tables: string[]): Columns {
  return Object.fromEntries(Object.entries(columns).filter(([name]) => !tables.includes(name)));
}

/** What `COPIED_TABLES` writes, or reads from columns of the same name. */
function copied(of: "written" | "read"): Columns {
  return columnsOf(
    COPIED_TABLES.flatMap(({ name, columns }) =>
      columns
        .filter(([, , source]) => of === "written" || source === undefined)
        .map(([column]) => [name, column] as const)
    ),
  );
}

Deno.test("a move takes every column of every table, on both sides", async () => {
  await withBoth(async (from, schema) => {
    using file = new DatabaseSync(from);
    const held = columnsOf(
      file.prepare(
        "SELECT t.name AS name, c.name AS of FROM sqlite_schema t, pragma_table_info(t.name) c " +
          "WHERE t.type = 'table'",
      ).all().map(({ name, of }) => [String(name), String(of)]),
    );
    // Copied by statements of their own, or each side's own business.
    const own = ["settings", "partitions", "migrations"];
    // Made from actors; nothing of the file has its name.
    assert.deepEqual(without(held, ...own, "sqlite_sequence"), without(copied("read"), "listings"));

    await (await openJournal(schema)).close();
    const rows = await schema.sql`SELECT table_name AS name, column_name AS of
      FROM information_schema.columns WHERE table_schema = current_schema()`;
    const wanted = columnsOf(rows.map(({ name, of }) => [String(name), String(of)]));
    // Nodes say who they are when they start.
    assert.deepEqual(without(wanted, ...own, "nodes"), copied("written"));
  });
});

Deno.test("a journal moves from its file to a database, and nobody sees a difference", async () => {
  await withBoth(async (from, schema) => {
    const told: string[] = [];
    const onTable = (name: string, rows: number) => void told.push(`${name} ${rows}`);
    const moved = await migrateStore({ from, url: schema.url, clock: systemClock, onTable });
    assert.equal(moved.partitions, 8);
    assert.deepEqual(moved.verified, { actors: 4, events: 2408 });
    assert.deepEqual(told, Object.entries(moved.rows).map(([name, rows]) => `${name} ${rows}`));
    for (const [table, rows] of Object.entries(moved.rows)) assert.ok(rows > 0, table);

    const file = await openSqliteJournal(journalOptions(from));
    const database = await openJournal(schema);
    assert.deepEqual(await seen(database), await seen(file));
    const times = await schema.sql`SELECT tenant, name, at, command FROM timers ORDER BY 1, 2`;
    assert.deepEqual(times.map(({ name, command }) => [name, command]), [
      ["turn", '{"type":"expire"}'],
      ["turn", '{"type":"expire"}'],
    ]);
    const last = (leases: readonly { epoch: number }[]) => leases.map(({ epoch }) => epoch);
    assert.deepEqual(last(await database.acquire("n2", [0, 1], 1000)), [2, 2], "epochs go on");
    await database.close();
    await file.close();
  });
});

Deno.test("what is written after the move gets numbers that nothing has", async () => {
  await withBoth(async (from, schema) => {
    using file = new DatabaseSync(from);
    // The newest is gone, its number was given out.
    file.exec("DELETE FROM outbox");
    const { seq } = file.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").get() ??
      {};
    await migrateStore({ from, url: schema.url, clock: systemClock });
    const [row] = await schema.sql`SELECT nextval('outbox_position') AS outbox,
      nextval('actors_key') > (SELECT max(key) FROM actors) AS actor,
      nextval('mailbox_position') > (SELECT max(position) FROM mailbox) AS mailbox,
      nextval(pg_get_serial_sequence('approvals', 'position')) > (SELECT max(position) FROM approvals) AS approval,
      nextval(pg_get_serial_sequence('dead_letters', 'position')) > (SELECT max(position) FROM dead_letters) AS letter`;
    assert.equal(Number(row?.outbox), Number(seq) + 1);
    assert.deepEqual([row?.actor, row?.mailbox, row?.approval, row?.letter], Array(4).fill(true));
  });
});

Deno.test("a move refuses a database that has something, or another number of partitions", async () => {
  await withBoth(async (from, schema) => {
    const move = () => migrateStore({ from, url: schema.url, clock: systemClock });
    const journal = await openJournal(schema, { partitions: 16 });
    await assert.rejects(move(), {
      code: "store_not_empty",
      message: /made with 16 partitions, the file has 8/,
    });
    await journal.putAgent("acme", "assistant", { model: "m" });
    await journal.close();
    await assert.rejects(move(), {
      code: "store_not_empty",
      message: /Database has rows in agents already/,
    });
    const [row] = await schema.sql`SELECT count(*) AS count FROM actors`;
    assert.equal(Number(row?.count), 0);
  });
});

Deno.test("a move that finds an edited history leaves the database as it was, and can begin again", async () => {
  await withBoth(async (from, schema) => {
    const move = () => migrateStore({ from, url: schema.url, clock: systemClock });
    using file = new DatabaseSync(from);
    file.exec("UPDATE events SET payload = '[2]' WHERE payload = '{\"n\":2}' AND seq = 2");
    await assert.rejects(move(), {
      code: "journal_corrupt",
      message: /session\/ses_1 of tenant acme/,
    });
    const [row] = await schema.sql`SELECT to_regclass('actors') AS actors`;
    assert.equal(row?.actors, null);
    file.exec("UPDATE events SET payload = '{\"n\":2}' WHERE payload = '[2]'");
    assert.equal((await move()).verified.events, 2408);
  });
});

Deno.test("a move refuses a file that a node has open", async () => {
  await withBoth(async (from, schema) => {
    const node = await openSqliteJournal(journalOptions(from));
    try {
      await assert.rejects(migrateStore({ from, url: schema.url, clock: systemClock }), {
        code: "journal_in_use",
      });
    } finally {
      await node.close();
    }
  });
});
