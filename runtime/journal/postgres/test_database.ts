/**
 * Test support: each test has a schema of its own in the database that `TEST_DATABASE_URL` names, and
 * drops it in the end.
 *
 * @module
 */
import assert from "node:assert/strict";
import postgres from "postgres";
import { systemClock } from "../../clock.ts";
import { systemEntropy } from "../../entropy.ts";
import { PARTITIONS, type Subject } from "../contract/subject.ts";
import type { Journal } from "../port.ts";
import { openPostgresJournal, type PostgresJournalOptions } from "./open.ts";

/** A schema of its own. */
export interface TestSchema extends AsyncDisposable {
  readonly url: string;
  /** Runs statements in it, outside of any journal. */
  readonly sql: postgres.Sql;
}

/** Makes a schema that is dropped in the end. */
export async function testSchema(): Promise<TestSchema> {
  const url = await createSchema();
  const sql = connect(url);
  return {
    url,
    sql,
    [Symbol.asyncDispose]: async () => {
      await sql.end();
      await dropSchema(url);
    },
  };
}

async function createSchema(): Promise<string> {
  const server = Deno.env.get("TEST_DATABASE_URL");
  assert.ok(server, "TEST_DATABASE_URL is not set: `deno task test` sets it");
  const name = systemEntropy.id("journal");
  const url = new URL(server);
  url.searchParams.set("search_path", name);
  await run(server, `CREATE SCHEMA ${name}`);
  return url.href;
}

async function dropSchema(url: string): Promise<void> {
  await run(url, `DROP SCHEMA ${new URL(url).searchParams.get("search_path")} CASCADE`);
}

function connect(url: string): postgres.Sql {
  return postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
}

async function run(url: string, statement: string): Promise<void> {
  const sql = connect(url);
  await sql.unsafe(statement);
  await sql.end();
}

/** Opens the journal of a schema. */
export function openJournal(
  { url }: Pick<TestSchema, "url">,
  more: Partial<PostgresJournalOptions> = {},
): Promise<Journal> {
  return openPostgresJournal({
    url,
    partitions: PARTITIONS,
    clock: systemClock,
    entropy: systemEntropy,
    ...more,
  });
}

/** A journal as the contract's clauses want it. Its clock is the server's, taken for this machine's. */
export function subjectOf(
  journal: Journal,
  schema: Pick<TestSchema, "url">,
  closed: () => PromiseLike<void> = () => Promise.resolve(),
): Subject {
  return {
    journal,
    now: () => systemClock.now(),
    pass: (ms) => systemClock.sleep(ms),
    reopen: async () => {
      await journal.close();
      return subjectOf(await openJournal(schema), schema);
    },
    [Symbol.asyncDispose]: async () => {
      await journal.close();
      await closed();
    },
  };
}

/** Empties the tables of a journal, so that it is as good as new; that is much cheaper than a new schema. */
const EMPTY = `DO $$ DECLARE name regclass; BEGIN
  FOR name IN SELECT c.oid FROM pg_class c WHERE c.relkind = 'r'
    AND c.relnamespace = current_schema()::regnamespace
    AND c.relname NOT IN ('migrations', 'settings', 'partitions')
  LOOP EXECUTE format('DELETE FROM %s', name); END LOOP;
  UPDATE partitions SET owner = NULL, epoch = 0, lease_until = NULL;
END $$`;

/** Opens journals one after the other, each as good as new, in few schemas. */
export class TestSchemas implements AsyncDisposable {
  readonly #idle: string[] = [];

  /** Opens a journal without anything in it. */
  async open(): Promise<Subject> {
    const url = this.#idle.pop() ?? await createSchema();
    const journal = await openJournal({ url });
    return subjectOf(journal, { url }, async () => {
      await run(url, EMPTY);
      this.#idle.push(url);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const url of this.#idle) await dropSchema(url);
  }
}
