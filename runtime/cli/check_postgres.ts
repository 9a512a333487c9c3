/**
 * Looks at the Postgres that keeps the journal, without changing it.
 *
 * @module
 */
import {
  countHosts,
  type DatabaseFacts,
  DatabaseFault,
  readDatabaseFacts,
} from "../compose/database.ts";
import { readSchema } from "../compose/journal_schema.ts";
import type { PostgresConfig } from "../config.ts";
import { errorMessage, SynapseError } from "../errors.ts";
import { counted } from "./counted.ts";
import { fault, type Finding, ok, warning } from "./finding.ts";
import { postgresMend } from "./postgres_mends.ts";

/** The oldest server that is supported. */
const MAJOR_MIN = 15;

/** Whether the database can be reached, is new enough, may be written, has the tables, and can be backed up. */
export async function checkPostgres(config: PostgresConfig): Promise<Finding[]> {
  const check = "journal";
  let facts: DatabaseFacts;
  try {
    facts = await readDatabaseFacts(config.url);
  } catch (error) {
    if (!(error instanceof DatabaseFault)) throw error;
    return [fault(check, error.message, postgresMend(error.reason) ?? "See the server's log")];
  }
  const findings = [
    serverFinding(facts),
    ...await hostFindings(config.url),
    rightsFinding(facts),
    await tablesFinding(config),
  ];
  return facts.applied === null ? findings : [...findings, backupFinding(facts)];
}

function serverFinding(facts: DatabaseFacts): Finding {
  const { version, version_number, database, user, encoding } = facts;
  const check = "journal";
  const detail = `Postgres ${version} answers: database ${database}, user ${user}`;
  if (version_number < MAJOR_MIN * 10_000) {
    return fault(check, `${detail}; wanted ${MAJOR_MIN} or newer`, "Upgrade the server");
  }
  if (encoding === "UTF8") return ok(check, detail);
  const mend = `Make the database anew: createdb -E UTF8 -T template0 ${database}`;
  return fault(check, `${detail}; its encoding is ${encoding}, wanted UTF8`, mend);
}

/** Of several hosts one may take writes: after a failover an old primary may have come back as one. */
async function hostFindings(url: string): Promise<Finding[]> {
  const counts = await countHosts(url);
  if (counts === null) return [];
  const { hosts, writable, servers } = counts;
  const same = servers < writable ? `, and are ${counted(servers, "server")}` : "";
  const detail = `${writable} of ${hosts} hosts take writes${same}`;
  const mend =
    "Stop the old primary before anything else, and make it a standby: docs/operations.md";
  return [servers > 1 ? fault("journal hosts", detail, mend) : ok("journal hosts", detail)];
}

function rightsFinding({ schema, read_only, may_create, applied, user }: DatabaseFacts): Finding {
  const check = "journal rights";
  if (read_only) {
    const mend = "Name the primary in DATABASE_URL, or all hosts: among them it is found";
    return fault(check, "It is read-only: a replica, or set so", mend);
  }
  if (schema === null) {
    return fault(check, "The search_path names no schema that exists", "Create the schema");
  }
  if (may_create) return ok(check, `${user} may make tables in ${schema}`);
  const mend = `GRANT CREATE ON SCHEMA ${schema} TO ${user}, ` +
    "or run `synapse migrate` as a user who may";
  const detail = `${user} may not make tables in ${schema}`;
  return applied === null ? fault(check, detail, mend) : warning(check, detail, mend);
}

/** A warning only: another user may make the backups. */
function backupFinding({ schema, user, unreadable }: DatabaseFacts): Finding {
  const check = "backup rights";
  if (unreadable.length === 0) return ok(check, `${user} may read all that a backup holds`);
  const [first, ...more] = unreadable;
  const names = more.length === 0 ? first : `${first} and ${more.length} more`;
  const mend = `GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${user}, and ON ALL SEQUENCES, ` +
    "or back up as the tables' owner";
  return warning(check, `${user} may not read ${names}: its backups fail`, mend);
}

async function tablesFinding(config: PostgresConfig): Promise<Finding> {
  const check = "journal tables";
  try {
    const { newest, missing } = await readSchema(config);
    if (missing.length === 0) return ok(check, `At schema ${newest}, which is the newest`);
    const mend = "Run `synapse migrate`; a node does it too when it starts";
    return warning(check, `Migrations are missing: ${missing.join(", ")}`, mend);
  } catch (error) {
    if (!(error instanceof SynapseError)) throw error;
    const mend = error.code === "journal_too_new"
      ? "Run the newer Synapse that wrote it"
      : "See the server's log";
    return fault(check, errorMessage(error), mend);
  }
}
