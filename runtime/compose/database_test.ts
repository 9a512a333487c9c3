import assert from "node:assert/strict";
import { freePort } from "../../.ci/services/free_port.ts";
import { systemClock } from "../clock.ts";
import { openJournal, testSchema } from "../journal/postgres/test_database.ts";
import { TestProxy } from "../journal/postgres/test_proxy.ts";
import { DatabaseFault, readDatabaseFacts, withDatabase } from "./database.ts";

/** The test server's own database. */
function serverUrl(): string {
  const url = Deno.env.get("TEST_DATABASE_URL");
  assert.ok(url, "TEST_DATABASE_URL is not set: `deno task test` sets it");
  return url;
}

/** The same address with another part. */
function changed(change: (url: URL) => void): string {
  const url = new URL(serverUrl());
  change(url);
  return url.href;
}

Deno.test("readDatabaseFacts() tells version, rights and whether there are tables", async () => {
  const facts = await readDatabaseFacts(
    changed((url) => url.searchParams.set("search_path", "public")),
  );
  assert.match(facts.version, /^\d+/);
  assert.ok(facts.version_number >= 150_000, facts.version);
  const { database, encoding, schema, read_only, may_create, applied } = facts;
  assert.deepEqual(
    { database, encoding, schema, read_only, may_create, applied },
    {
      database: new URL(serverUrl()).pathname.slice(1),
      encoding: "UTF8",
      schema: "public",
      read_only: false,
      may_create: true,
      applied: null,
    },
  );
});

Deno.test("readDatabaseFacts() tells what is missing: a schema, the right to write", async () => {
  const nowhere = changed((url) => url.searchParams.set("search_path", "no_such_schema"));
  const { schema, may_create } = await readDatabaseFacts(nowhere);
  assert.deepEqual([schema, may_create], [null, false]);
  const frozen = changed((url) => url.searchParams.set("default_transaction_read_only", "on"));
  assert.equal((await readDatabaseFacts(frozen)).read_only, true);
});

Deno.test("withDatabase() says why a database cannot be used, with its code and without the password", async () => {
  const none = changed((url) => {
    url.pathname = "/no_such_database";
    url.password = "hunter2";
  });
  const wrong = `${serverUrl()}?target_session_attrs=hunter`;
  for (
    const [url, reason, words] of [
      [none, "3D000", /cannot be used: database "no_such_database" does not exist$/],
      [wrong, "", /target_session_attrs hunter is not supported/],
    ] as const
  ) {
    await assert.rejects(withDatabase(url, (sql) => sql`SELECT 1`), (error) => {
      assert.ok(error instanceof DatabaseFault);
      assert.deepEqual([error.code, error.reason], ["journal_unavailable", reason]);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  }
});

Deno.test("readDatabaseFacts() tells the journal's id, once it has one", async () => {
  await using schema = await testSchema();
  assert.equal((await readDatabaseFacts(schema.url)).journal, null);
  const journal = await openJournal(schema);
  assert.equal((await readDatabaseFacts(schema.url)).journal, journal.id);
  await journal.close();
});

Deno.test("withDatabase() ends its search among several hosts of which none is a primary", async () => {
  const url = `postgres://me:hunter2@127.0.0.1:${freePort()},127.0.0.1:${freePort()}/x`;
  await assert.rejects(withDatabase(url, (sql) => sql`SELECT 1`, 200), (error) => {
    assert.ok(error instanceof DatabaseFault);
    assert.match(error.message, /cannot be used: none of its hosts answers as the primary$/);
    assert.doesNotMatch(error.message, /hunter2/);
    assert.equal(error.reason, "journal_unavailable");
    return true;
  });
});

Deno.test("withDatabase() waits between rounds over several hosts of which none is a primary", async () => {
  await using proxy = new TestProxy(serverUrl());
  proxy.weather = "dropping";
  const { host } = new URL(proxy.url);
  const url = proxy.url.replace(host, `${host},${host}`);
  await assert.rejects(withDatabase(url, (sql) => sql`SELECT 1`, 500), DatabaseFault);
  const { taken } = proxy;
  assert.ok(taken >= 4 && taken <= 20, `${taken} connections in half a second`);
  await systemClock.sleep(500);
  assert.equal(proxy.taken, taken, "it has ended");
});

Deno.test("withDatabase() says of a single host that it drops connections", async () => {
  await using proxy = new TestProxy(serverUrl());
  proxy.weather = "dropping";
  await assert.rejects(withDatabase(proxy.url, (sql) => sql`SELECT 1`), (error) => {
    assert.ok(error instanceof DatabaseFault);
    assert.match(error.message, /\/\w+ cannot be used: the connection was dropped at once$/);
    return true;
  });
});
