/**
 * Test support: a user of the database who may do what docs/cli.md says, and no more.
 *
 * @module
 */
import type { TestSchema } from "./test_database.ts";

/** A user, until it is disposed of. */
export interface RestrictedUser extends AsyncDisposable {
  readonly schema: string;
  readonly user: string;
  /** The schema's address, as that user. */
  readonly url: string;
}

/** Makes a user who may connect, and nothing else yet. */
export async function restrictedUser({ url, sql }: TestSchema): Promise<RestrictedUser> {
  const schema = new URL(url).searchParams.get("search_path") ?? "";
  const [user, password] = [`node_${schema}`, "only-here"];
  await sql.unsafe(`CREATE ROLE ${user} LOGIN PASSWORD '${password}'`);
  return {
    schema,
    user,
    url: Object.assign(new URL(url), { username: user, password }).href,
    [Symbol.asyncDispose]: async () => {
      await sql.unsafe(`DROP OWNED BY ${user}`);
      await sql.unsafe(`DROP ROLE ${user}`);
    },
  };
}

/** The statements of docs/cli.md, for the schema and the user. */
export async function documentedGrants(
  { schema, user }: Pick<RestrictedUser, "schema" | "user">,
): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("../../../docs/cli.md", import.meta.url));
  const grants = text.match(/^ {4}(GRANT|ALTER DEFAULT PRIVILEGES) .*;$/gm) ?? [];
  return grants.map((grant) =>
    grant.replaceAll("SCHEMA public", `SCHEMA ${schema}`).replaceAll("synapse_node", user)
  );
}
