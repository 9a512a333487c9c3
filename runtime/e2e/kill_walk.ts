/**
 * Test support: a turn with two skill calls on a node that dies at a chosen event, and what a clean
 * node makes of it.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ApiEvent, ApiSession } from "../cli/api_types.ts";
import { auditSubject } from "../cli/audit.ts";
import { journalSource } from "../cli/audit_source.ts";
import { CliError } from "../cli/cli_error.ts";
import { apiPath, type Client } from "../cli/client.ts";
import { openJournalFile } from "../compose/journal_file.ts";
import { type LedgerEntry, ledgerOf, ledgerSkill } from "./ledger.ts";
import { launchArguments } from "./program.ts";
import { decide, eventsOf, openSession, questionsOf, send, until } from "./session_calls.ts";
import { Site } from "./site.ts";

/** The session that is crashed. */
export const SESSION = "walked";

/** The skill whose runs may repeat, and the one whose runs may not. */
export const [TWICE, ONCE] = ["note_twice", "note_once"] as const;

const MESSAGE = `/call ${TWICE} {"text":"a"}\n/call ${ONCE} {"text":"b"}`;
const ADDRESS = { tenant: "default", type: "session", id: SESSION };

/** A way of deciding about a call whose outcome is unknown. */
export type Settlement = "run_again" | "treat_as_done" | "fail";

/** Where the node dies; and what a person decides, if asked. */
export interface Crash {
  readonly seq: number;
  readonly phase: "before" | "after";
  readonly settlement: Settlement;
}

/** What was found. */
export interface Survived extends Crash {
  /** What the client had been told before the crash. */
  readonly acknowledged: readonly ("session" | "message")[];
  /** What the journal held when the node was dead. */
  readonly before: readonly JournaledEvent[];
  readonly after: readonly ApiEvent[];
  readonly runsBefore: Readonly<Record<string, readonly LedgerEntry[]>>;
  readonly runsAfter: Readonly<Record<string, readonly LedgerEntry[]>>;
  /** Whether a person was asked. */
  readonly asked: boolean;
}

type JournaledEvent = Pick<ApiEvent, "seq" | "type" | "hash" | "payload">;

/** A place with both skills. */
export function walkSite(lookup: boolean): Promise<Site> {
  return Site.create({
    skills: (root) => ({
      "twice.ts": ledgerSkill(root, { name: TWICE, idempotent: true }),
      "once.ts": ledgerSkill(root, { name: ONCE, idempotent: false, lookup, ms: 250 }),
    }),
  });
}

/** The turn on a node that does not die. */
export async function uncrashed(): Promise<readonly ApiEvent[]> {
  await using site = await walkSite(false);
  const { client } = await site.start();
  await openSession(client, SESSION);
  await send(client, SESSION, MESSAGE, { query: { wait: "30s" } });
  return await eventsOf(client, SESSION);
}

/** The turn on a node that dies there, and is followed by one that does not. */
export async function survive(crash: Crash, lookup: boolean): Promise<Survived> {
  await using site = await walkSite(lookup);
  const acknowledged = await dieAt(site, crash);
  const before = await journaled(site);
  const runsBefore = await runs(site);

  const { client } = await site.start();
  // The client repeats what it was not told about, with the same keys.
  await begin(client, new Set(["session", "message"] as const).difference(new Set(acknowledged)));
  const asked = await settle(client, crash.settlement);
  const after = await eventsOf(client, SESSION);
  await assertVerifies(site);
  return { ...crash, acknowledged, before, after, runsBefore, runsAfter: await runs(site), asked };
}

/** Talks to a node until it is dead. Returns what it acknowledged. */
async function dieAt(site: Site, { seq, phase }: Crash): Promise<Survived["acknowledged"]> {
  const node = await site.start({
    launch: launchArguments("runtime/e2e/crashing_node.ts"),
    args: [SESSION, String(seq), phase],
  });
  const acknowledged = await begin(node.client, new Set(["session", "message"]));
  const dead = await until(node.client, `the node is dead at ${phase} ${seq}`, () => {
    return Promise.race([node.ended, node.client.clock.sleep(1).then(() => null)]);
  });
  assert.equal(dead.signal, "SIGKILL");
  return acknowledged;
}

async function begin(
  client: Client,
  wanted: ReadonlySet<"session" | "message">,
): Promise<Survived["acknowledged"]> {
  const acknowledged: ("session" | "message")[] = [];
  try {
    if (wanted.has("session")) {
      await openSession(client, SESSION, "the-session");
      acknowledged.push("session");
    }
    if (wanted.has("message")) {
      await send(client, SESSION, MESSAGE, { key: "the-message" });
      acknowledged.push("message");
    }
  } catch (error) {
    if (!(error instanceof CliError) || !/connection_lost|unreachable/.test(error.code)) {
      throw error;
    }
  }
  return acknowledged;
}

/** Waits for the turn to end; decides about an interrupted call. Returns whether that was necessary. */
async function settle(client: Client, settlement: Settlement): Promise<boolean> {
  const next = () =>
    until(client, "the turn has ended or asks", async () => {
      const [question] = await questionsOf(client, SESSION);
      if (question) return question;
      const session = await client.get<ApiSession>(apiPath("sessions", SESSION));
      return session.status === "idle" ? "ended" : null;
    });
  const question = await next();
  if (question === "ended") return false;
  assert.equal(question.kind, "interrupted");
  assert.equal(question.skill, ONCE);
  const output = settlement === "treat_as_done" ? { input: "seen by a person" } : {};
  await decide(client, question, { decision: settlement, reason: "as seen", ...output });
  assert.equal(await next(), "ended", "one answer should be enough");
  return true;
}

async function journaled(site: Site): Promise<readonly JournaledEvent[]> {
  using file = openJournalFile(site.journal);
  return await file.readEvents(ADDRESS, 0, 1000);
}

async function runs(site: Site): Promise<Survived["runsBefore"]> {
  return {
    [TWICE]: await ledgerOf(site.root, TWICE),
    [ONCE]: await ledgerOf(site.root, ONCE),
  };
}

async function assertVerifies(site: Site): Promise<void> {
  using file = openJournalFile(site.journal);
  const source = journalSource(file, site.journal);
  const result = await auditSubject(source, await source.find(SESSION));
  assert.ok(result.ok, result.reason ?? "");
}
