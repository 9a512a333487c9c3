/**
 * Versioned agent definitions.
 *
 * @module
 */
import { canonicalJson } from "../canonical_json.ts";
import type { AgentStore } from "../directory_port.ts";
import type { Connection } from "./connection.ts";
import { toAgent } from "./row.ts";
import { storedText } from "../../stored_text.ts";

const COLUMNS = "name, version, spec, created_at";

const NEWEST = `SELECT ${COLUMNS} FROM agents WHERE tenant = $1 AND name = $2 ` +
  "ORDER BY version DESC LIMIT 1";

/** Nothing, if the newest one is the same or another one came between. */
const PUT = `INSERT INTO agents (tenant, ${COLUMNS}) ` +
  "SELECT $1, $2, coalesce(max(version), 0) + 1, $3, now_ms() FROM agents " +
  "WHERE tenant = $1 AND name = $2 " +
  "HAVING (array_agg(spec ORDER BY version DESC))[1] IS DISTINCT FROM $3 " +
  `ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`;

const ALL = `SELECT DISTINCT ON (name) ${COLUMNS} FROM agents WHERE tenant = $1 ` +
  "ORDER BY name, version DESC";

/** Makes the agent side of the port. */
export function createAgentStore(db: Connection): AgentStore {
  return {
    async putAgent(tenant, name, spec) {
      const wanted = canonicalJson(spec);
      const key = [storedText(tenant), storedText(name)];
      // Each round that ends in nothing is one in which somebody else stored a version.
      for (;;) {
        const [stored] = await db.query(PUT, [...key, wanted]);
        if (stored) return toAgent(stored);
        const [newest] = await db.query(NEWEST, key);
        if (newest && newest.spec === wanted) return toAgent(newest);
      }
    },
    async agent(tenant, name, version) {
      const key = [storedText(tenant), storedText(name)];
      const exact =
        `SELECT ${COLUMNS} FROM agents WHERE tenant = $1 AND name = $2 AND version = $3`;
      const [row] = version === null
        ? await db.query(NEWEST, key)
        : await db.query(exact, [...key, version]);
      return row ? toAgent(row) : null;
    },
    async agents(tenant) {
      return (await db.query(ALL, [storedText(tenant)])).map(toAgent);
    },
  };
}
