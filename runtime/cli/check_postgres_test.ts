import assert from "node:assert/strict";
import { freePort } from "../../.ci/services/free_port.ts";
import { startPostgres } from "../../.ci/services/postgres.ts";
import { startStandby } from "../../.ci/services/postgres_standby.ts";
import { withDatabase } from "../compose/database.ts";
import type { PostgresConfig } from "../config.ts";
import { openJournal, testSchema } from "../journal/postgres/test_database.ts";
import { documentedGrants, restrictedUser } from "../journal/postgres/test_user.ts";
import { checkPostgres } from "./check_postgres.ts";
import { postgresMend } from "./postgres_mends.ts";
import { withSchema } from "./test_schema.ts";

const configOf = (url: string): PostgresConfig => ({
  kind: "postgres",
  url,
  synchronous: "full",
  partitions: 4,
});

Deno.test("checkPostgres() finds an empty database fit, and its migrations missing", async () => {
  await withSchema(async (url, schema) => {
    const findings = await checkPostgres(configOf(url));
    assert.deepEqual(findings.map(({ check, status }) => [check, status]), [
      ["journal", "ok"],
      ["journal rights", "ok"],
      ["journal tables", "warning"],
    ]);
    assert.match(findings[0]?.detail ?? "", /^Postgres \d+.* answers: database \w+, user \w+$/);
    assert.match(findings[1]?.detail ?? "", new RegExp(`may make tables in ${schema}$`));
    assert.match(findings[2]?.detail ?? "", /^Migrations are missing: 1 /);
  });
});

Deno.test("checkPostgres() finds a database that is read-only, or of a newer program", async () => {
  await withSchema(async (url) => {
    const frozen = await checkPostgres(configOf(`${url}&default_transaction_read_only=on`));
    assert.equal(frozen[1]?.status, "fault");
    assert.match(frozen[1]?.mend ?? "", /^Name the primary in DATABASE_URL, or all hosts/);
    await withDatabase(url, (sql) => sql`CREATE TABLE migrations AS SELECT 99 AS number`);
    const [, , tables] = await checkPostgres(configOf(url));
    assert.equal(tables?.status, "fault");
    assert.match(tables?.detail ?? "", /Journal has schema 99, this program knows up to/);
  });
});

Deno.test("checkPostgres() finds what a user may not read, and so not back up", async () => {
  await using schema = await testSchema();
  await (await openJournal(schema)).close();
  await using restricted = await restrictedUser(schema);
  for (const grant of await documentedGrants(restricted)) await schema.sql.unsafe(grant);
  const found = async () =>
    (await checkPostgres(configOf(restricted.url))).find(({ check }) => check === "backup rights");
  assert.equal((await found())?.status, "ok");
  await schema.sql.unsafe(`REVOKE SELECT ON SEQUENCE actors_key FROM ${restricted.user}`);
  const finding = await found();
  assert.equal(finding?.status, "warning");
  assert.match(finding.detail, /^node_\w+ may not read actors_key: its backups fail$/);
});

Deno.test("checkPostgres() says how to mend what cannot be reached", async () => {
  await withSchema(async (url) => {
    const other = url.replace(/\/[^/?]*\?/, "/no_such_database?");
    const [finding, ...more] = await checkPostgres(configOf(other));
    assert.deepEqual(more, []);
    assert.match(finding?.mend ?? "", /^Create the database/);
  });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const [gone] = await checkPostgres(configOf(`postgres://me:hunter2@127.0.0.1:${port}/x`));
  assert.deepEqual([gone?.status, gone?.mend?.slice(0, 14)], ["fault", "Start Postgres"]);
  assert.doesNotMatch(JSON.stringify(gone), /hunter2/);
  assert.match(postgresMend("journal_unavailable") ?? "", /^Start the primary, promote a standby/);
});

Deno.test("checkPostgres() finds two primaries among several hosts, and takes no server for two", async () => {
  await using primary = await startPostgres();
  await using standby = await startStandby(primary);
  const one = `127.0.0.1:${primary.port}`;
  const found = async (hosts: string) => {
    const findings = await checkPostgres(configOf(primary.url.replace(one, hosts)));
    const finding = findings.find(({ check }) => check === "journal hosts");
    return finding && [finding.status, finding.detail];
  };
  const other = `127.0.0.1:${standby.port}`;
  const gone = `127.0.0.1:${freePort()}`;
  const sameAsOne = `localhost:${primary.port}`;
  assert.equal(await found(one), undefined);
  assert.deepEqual(await found(`${gone},${other},${one}`), ["ok", "1 of 3 hosts take writes"]);
  const twice = await found(`${one},${sameAsOne}`);
  assert.deepEqual(twice, ["ok", "2 of 2 hosts take writes, and are 1 server"]);
  await withDatabase(standby.url, (sql) => sql`SELECT pg_promote()`);
  assert.deepEqual(await found(`${one},${gone},${other}`), ["fault", "2 of 3 hosts take writes"]);
  const mixed = await found(`${one},${sameAsOne},${other}`);
  assert.deepEqual(mixed, ["fault", "3 of 3 hosts take writes, and are 2 servers"]);
});

Deno.test("checkPostgres() wants UTF-8", async () => {
  await withSchema(async (url, schema) => {
    await withDatabase(url, async (sql) => {
      await sql.unsafe(`CREATE DATABASE ${schema} ENCODING 'SQL_ASCII' TEMPLATE template0`);
    });
    try {
      const [server] = await checkPostgres(configOf(url.replace(/\/[^/?]*\?.*/, `/${schema}`)));
      assert.equal(server?.status, "fault");
      assert.match(server?.detail ?? "", /its encoding is SQL_ASCII, wanted UTF8$/);
    } finally {
      await withDatabase(url, (sql) => sql.unsafe(`DROP DATABASE ${schema}`));
    }
  });
});
