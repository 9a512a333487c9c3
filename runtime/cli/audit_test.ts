import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Address } from "../../actors/behavior.ts";
import { systemClock } from "../clock.ts";
import { canonicalJson } from "../journal/canonical_json.ts";
import { GENESIS, hashEvent } from "../journal/hash_chain.ts";
import type { Journal, NewEvent } from "../journal/port.ts";
import { openPostgresJournal } from "../journal/postgres/open.ts";
import { openSqliteJournal } from "../journal/sqlite/open.ts";
import { withDatabase } from "../compose/database.ts";
import { systemEntropy } from "../entropy.ts";
import { EXIT } from "./exit_code.ts";
import { fakeNode, type Run, runCli } from "./fake_node.ts";
import { withSchema } from "./test_schema.ts";

const AT = Date.UTC(2026, 0, 1);

const addressOf = (id: string): Address => ({ tenant: "default", type: "session", id });

function chain(id: string, length: number): NewEvent[] {
  const events: NewEvent[] = [];
  for (let seq = 1; seq <= length; seq++) {
    const payload = { turn: seq };
    const header = { seq, type: "turn.started", v: 1, cause: "cmd", at: AT + seq };
    const text = canonicalJson(payload);
    const hash = hashEvent(events.at(-1)?.hash ?? GENESIS, addressOf(id), header, text);
    events.push({ ...header, payload, text, hash });
  }
  return events;
}

/** Commits two sessions, and closes the journal. */
async function fill(journal: Journal): Promise<void> {
  const [lease] = await journal.acquire("node", [0], 1000);
  const parts = [["ses_1", 3], ["ses_2", 700]] as const;
  const outcomes = await journal.commit(parts.map(([id, length]) => ({
    address: addressOf(id),
    partition: 0,
    epoch: lease?.epoch ?? 0,
    expected_seq: 0,
    expected_hash: GENESIS,
    events: chain(id, length),
    summary: { status: "idle", label: "assistant", details: {} },
    owed: false,
    outgoing: false,
    snapshot: null,
    handled: [],
    sends: [],
    timers: [],
    questions: [],
    dead: [],
    at: AT,
  })));
  assert.deepEqual(outcomes, ["committed", "committed"]);
  await journal.close();
}

/** Writes a journal with two sessions, tampers with it, and verifies it. */
async function audit(tamper: string, ...args: string[]): Promise<Run> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/journal.db`;
  try {
    const open = { path, synchronous: "normal", partitions: 1, clock: systemClock } as const;
    await fill(await openSqliteJournal(open));
    using file = new DatabaseSync(path);
    file.exec(tamper);
    file.close();
    return await runCli(["audit", "verify", ...args, "--journal", path]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The actor's key, for SQL. */
const KEY = "(SELECT key FROM actors WHERE id = 'ses_2')";

Deno.test("audit verify proves an untouched journal", async () => {
  const run = await audit("");
  assert.equal(run.exit, EXIT.ok);
  assert.match(run.stdout, /^Verified 2 sessions with 703 events in .*: none was edited\n$/);
});

Deno.test("audit verify finds the first event that was edited, whatever was done to it", async () => {
  const cases = [
    [`UPDATE events SET payload = '{"turn":0}' WHERE actor = ${KEY} AND seq = 600`, 600],
    [`UPDATE events SET at = at + 1 WHERE actor = ${KEY} AND seq = 2`, 2],
    [`UPDATE events SET payload = '{' WHERE actor = ${KEY} AND seq = 600`, 600],
    [`DELETE FROM events WHERE actor = ${KEY} AND seq = 650`, 650],
    [`DELETE FROM events WHERE actor = ${KEY} AND seq > 690`, 691],
    [`UPDATE actors SET hash = 'other' WHERE id = 'ses_2'`, 700],
  ] as const;
  for (const [tamper, seq] of cases) {
    const run = await audit(tamper, "--json");
    assert.equal(run.exit, EXIT.failed, tamper);
    const report = JSON.parse(run.stdout);
    assert.deepEqual([report.ok, report.verified, report.broken], [false, 2, 1]);
    const found = report.results.find(({ session }: { session: string }) => session === "ses_2");
    assert.equal(found.seq, seq, tamper);
  }
});

Deno.test("audit verify looks at the sessions that were named, and knows when there is none", async () => {
  const tamper = `DELETE FROM events WHERE actor = ${KEY} AND seq = 1`;
  const other = await audit(tamper, "ses_1");
  assert.equal(other.exit, EXIT.ok);
  const named = await audit(tamper, "ses_2");
  assert.equal(named.exit, EXIT.failed);
  assert.match(named.stdout, /^ses_2: broken at 1: Event 1 is missing, found 2\n/);
  assert.equal((await audit("", "ses_3")).exit, EXIT.notFound);
});

Deno.test("audit verify says when there is no journal", async () => {
  const run = await runCli(["audit", "verify", "--journal", "/nowhere/journal.db"]);
  assert.equal(run.exit, EXIT.notFound);
  assert.match(run.stderr, /There is no journal at \/nowhere\/journal\.db/);
});

Deno.test("audit verify asks a running node for the events", async () => {
  const events = chain("ses_1", 3).map(({ text: _, ...event }) => ({
    ...event,
    at: new Date(event.at).toISOString(),
  }));
  await using node = fakeNode({
    "GET /health": () => ({ status: "ok" }),
    "GET /api/v1/sessions": () => ({ items: [{ id: "ses_1", seq: 3 }], next: null }),
    "GET /api/v1/sessions/ses_1/events": ({ path }) => {
      const after = Number(new URLSearchParams(path.split("?")[1]).get("after"));
      return { items: events.slice(after), next: null };
    },
  });
  const run = () => runCli(["audit", "verify", "--url", node.url]);
  assert.equal((await run()).exit, EXIT.ok);
  events[1] = { ...events[1]!, payload: { turn: 9 } };
  const broken = await run();
  assert.equal(broken.exit, EXIT.failed);
  assert.match(broken.stdout, /^ses_1: broken at 2: /);
});

Deno.test("audit verify reads the configured Postgres when no node answers", async () => {
  await withSchema(async (url) => {
    const env = { DATABASE_URL: url, SYNAPSE_URL: "http://127.0.0.1:1" };
    const audit = () => runCli(["audit", "verify"], { env });
    const empty = await audit();
    assert.equal(empty.exit, EXIT.notFound);
    assert.match(empty.stderr, /Database \w+ has no journal of this version: it lacks 1 /);

    const open = { url, partitions: 1, clock: systemClock, entropy: systemEntropy };
    await fill(await openPostgresJournal(open));
    const sound = await audit();
    assert.equal(sound.exit, EXIT.ok, sound.stderr);
    assert.match(sound.stdout, /^Verified 2 sessions with 703 events in Database \w+: none/);

    await withDatabase(url, (sql) => sql`UPDATE events SET payload = '{"turn":0}' WHERE seq = 600`);
    const broken = await audit();
    assert.equal(broken.exit, EXIT.failed);
    assert.match(broken.stdout, /^ses_2: broken at 600: /);
  });
});
