/**
 * Test support: a journal with something in every table.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { actor, mark, PARTITIONS, row, Writer } from "../../journal/contract/subject.ts";
import type { Journal } from "../../journal/port.ts";

/** The times of the journals under test, in milliseconds. */
export const NOW = 1_800_000_000_000;

/** The tables that hold what must not be lost. */
const TABLES = [
  "settings",
  "actors",
  "snapshots",
  "events",
  "mailbox",
  "timers",
  "partitions",
  "approvals",
  "agents",
  "dead_letters",
  "outbox",
] as const;

/** Writes into every table, for two tenants, texts that are hard to keep among it. */
export async function fill(journal: Journal): Promise<void> {
  const closed = () => Promise.resolve();
  const writer = await Writer.of({
    journal,
    now: () => NOW,
    pass: closed,
    reopen: () => assert.fail("nobody reopens it"),
    [Symbol.asyncDispose]: closed,
  });
  for (const tenant of ["acme", "globex"]) {
    const one = actor("ses_1", tenant);
    const apr = { id: "apr_1", kind: "approval", details: { skill: "files" } };
    await writer.write(one, {
      events: [{ text: 'it\'s "\\ quoted"\n\u0000 and {odd, NULL}' }, { n: 2 }, "🦊"],
      summary: { status: "waiting", label: "assistant", details: { turns: 1 } },
      owed: true,
      outgoing: true,
      snapshot: { version: 3, state: '{"n":3}' },
      handled: [mark("cmd_1", { digest: "d", reply: { ok: true } })],
      sends: [row(actor("ses_2", tenant), "cmd_2", { partition: 3 })],
      timers: [{ op: "set", name: "turn", at: NOW + 1000, command: { type: "expire" } }],
      questions: [{ op: "ask", ...apr }, { op: "ask", ...apr, id: "apr_2" }],
      dead: [{
        id: "dl_1",
        command_id: "cmd_0",
        command: { type: "boom" },
        sender: "api",
        error: "it \u001a broke",
        attempts: 5,
      }],
    });
    await writer.write(one, {
      events: Array.from({ length: 1200 }, (_, n) => ({ n, pad: "x".repeat(n % 50) })),
      summary: { status: "idle", label: "assistant", details: null },
      handled: [mark("cmd_9", { refused: true, reply: null })],
      questions: [{ op: "settle", id: "apr_2", outcome: "approved", details: { by: "ada" } }],
    });
    await writer.write(actor("ses_3", tenant), {
      events: [{ done: true }],
      partition: 5,
      summary: { status: "closed", label: "", details: null },
    });
    await journal.putAgent(tenant, "assistant", { model: "m" });
    await journal.putAgent(tenant, "assistant", { model: "n" });
  }
  assert.equal(journal.partition_count, PARTITIONS);
}

/** All rows of all tables of a journal's file. */
export function rowsOf(path: string): Record<string, unknown[]> {
  using file = new DatabaseSync(path, { readOnly: true });
  return Object.fromEntries(
    TABLES.map((name) => [
      name,
      file.prepare(`SELECT * FROM ${name} ORDER BY 1, 2`).all().map((one) => ({ ...one })),
    ]),
  );
}
