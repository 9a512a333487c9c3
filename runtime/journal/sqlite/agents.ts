/**
 * Versioned agent definitions.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { canonicalJson } from "../canonical_json.ts";
import type { AgentStore } from "../directory_port.ts";
import { type Connection, number, text } from "./connection.ts";
import { toAgent } from "./row.ts";

/** Makes the agent side of the port. */
export function createAgentStore(db: Connection, clock: Clock): AgentStore {
  const newest = db.prepare(
    "SELECT * FROM agents WHERE tenant = ? AND name = ? ORDER BY version DESC LIMIT 1",
  );
  const exact = db.prepare("SELECT * FROM agents WHERE tenant = ? AND name = ? AND version = ?");
  const all = db.prepare(
    "SELECT *, max(version) FROM agents WHERE tenant = ? GROUP BY name ORDER BY name",
  );
  const insert = db.prepare(
    "INSERT INTO agents (tenant, name, version, spec, created_at) VALUES (?, ?, ?, ?, ?) RETURNING *",
  );
  return {
    putAgent: (tenant, name, spec) =>
      Promise.try(() =>
        db.transaction(() => {
          const last = newest.get(tenant, name);
          const wanted = canonicalJson(spec);
          if (last && text(last, "spec") === wanted) return toAgent(last);
          const version = last ? number(last, "version") + 1 : 1;
          return toAgent(insert.get(tenant, name, version, wanted, clock.now())!);
        })
      ),
    agent: (tenant, name, version) =>
      Promise.try(() => {
        const row = version === null ? newest.get(tenant, name) : exact.get(tenant, name, version);
        return row ? toAgent(row) : null;
      }),
    agents: (tenant) => Promise.try(() => all.all(tenant).map(toAgent)),
  };
}
