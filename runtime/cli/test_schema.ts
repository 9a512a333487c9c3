/**
 * For tests: an empty schema of the Postgres that `TEST_DATABASE_URL` names.
 *
 * @module
 */
import assert from "node:assert/strict";
import { withDatabase } from "../compose/database.ts";
import { systemEntropy } from "../entropy.ts";

/** Lends an empty schema, as the address of a database, and drops it in the end. */
export async function withSchema(
  use: (url: string, schema: string) => Promise<void>,
): Promise<void> {
  const server = Deno.env.get("TEST_DATABASE_URL");
  assert.ok(server, "TEST_DATABASE_URL is not set: `deno task test` sets it");
  const schema = systemEntropy.id("test");
  await withDatabase(server, (sql) => sql`CREATE SCHEMA ${sql(schema)}`);
  try {
    await use(`${server}${server.includes("?") ? "&" : "?"}search_path=${schema}`, schema);
  } finally {
    await withDatabase(server, (sql) => sql`DROP SCHEMA ${sql(schema)} CASCADE`);
  }
}
