/**
 * Test support: a run: sessions talk while something happens to their cluster; when they have come to
 * rest, what the run left behind is read and judged.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Json } from "../../../actors/behavior.ts";
import type { ApiEvent, ApiSession } from "../../cli/api_types.ts";
import { CliError } from "../../cli/cli_error.ts";
import { apiPath } from "../../cli/client.ts";
import { inParallel } from "../in_parallel.ts";
import { ledgerOf } from "../ledger.ts";
import { eventsOf } from "../session_calls.ts";
import { checkHistory } from "./check_history.ts";
import { type Cluster, eventually } from "./cluster.ts";
import { type History, NOTE_SKILL, type SessionRecord } from "./history.ts";
import type { RecordedClient } from "./recorded_client.ts";

/** What a run needs of a cluster; one node alone is one, too. */
export type Nodes = Pick<Cluster, "site" | "member" | "complaints">;

/** Who talks in a run. Turns that may ask people something need somebody who answers. */
export type Talker =
  & Pick<RecordedClient, "sent" | "open" | "talk">
  & Partial<Pick<RecordedClient, "answerQuestions">>;

/** Sessions read at a time. */
const WIDTH = 4;

/**
 * Has a client talk in all of the sessions while something happens, and reads what is there when they
 * have come to rest.
 */
export async function conversation(
  cluster: Nodes,
  client: Talker,
  sessions: readonly string[],
  meanwhile: () => Promise<void>,
): Promise<History> {
  await Promise.all(sessions.map((session) => client.open(session)));
  const [stop, rest] = [new AbortController(), new AbortController()];
  const talking = Promise.all(sessions.map((session) => client.talk(session, stop.signal)));
  const person = client.answerQuestions?.(rest.signal);
  const happening = meanwhile();
  try {
    await Promise.race([happening, Promise.all([talking, person])]);
    stop.abort();
    await talking;
    return await readHistory(cluster, client, sessions);
  } catch (error) {
    console.log(cluster.complaints());
    throw error;
  } finally {
    stop.abort();
    rest.abort();
    await Promise.allSettled([happening, talking, person]);
  }
}

/** Reads all of a run, each session through another node. The faults must be over. */
async function readHistory(
  cluster: Nodes,
  client: Talker,
  sessions: readonly string[],
): Promise<History> {
  const records = await inParallel(sessions, WIDTH, async (session, i): Promise<SessionRecord> => {
    const { client: reader } = cluster.member(i);
    const status = await eventually(`session ${session} comes to rest`, async () => {
      const found = await unlessAway(() => reader.get<ApiSession>(apiPath("sessions", session)));
      return found?.status === "idle" ? found.status : null;
    });
    const events = await eventually(
      `the events of session ${session} can be read`,
      () => unlessAway(() => eventsOf(reader, session)),
    );
    return { session, status, events: events.map(journalEvent) };
  });
  return {
    sent: client.sent,
    sessions: records,
    runs: await ledgerOf(cluster.site.root, NOTE_SKILL),
  };
}

/** What is read, or null while the node says that its journal is away: it may hear late that it is back. */
async function unlessAway<Found>(read: () => Promise<Found>): Promise<Found | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CliError && error.code === "journal_unavailable") return null;
    throw error;
  }
}

/** Asserts that a run kept all promises, and prints how much was promised. */
export async function assertPromisesKept(
  cluster: Nodes,
  client: RecordedClient,
  history: History,
): Promise<void> {
  const events = history.sessions.reduce((sum, one) => sum + one.events.length, 0);
  const repeated = client.sent.filter(({ acknowledged }) => (acknowledged?.tries ?? 0) > 1).length;
  const troubles = [...client.troubles].map(([code, count]) => `${code} ${count}`).join(", ");
  console.log(
    `${client.sent.length} messages acknowledged in ${history.sessions.length} sessions, ` +
      `${repeated} of them at a repetition (${troubles || "no trouble"}); ${events} events, ` +
      `${history.runs.length} side effects, ${client.settled.size} interrupted calls settled`,
  );
  await assertHistory(cluster, history);
}

/** Asserts that a run kept all promises. */
export async function assertHistory(cluster: Nodes, history: History): Promise<void> {
  assert.deepEqual(checkHistory(history).slice(0, 20), []);
  const audit = await cluster.site.run(["audit", "verify"], { node: cluster.member(0).process });
  assert.equal(audit.code, 0, audit.stdout + audit.stderr);
}

function journalEvent(event: ApiEvent): SessionRecord["events"][number] {
  return { ...event, payload: event.payload as Json, at: Date.parse(event.at) };
}
