/**
 * Test support: what tests ask of a session, in one line each.
 *
 * @module
 */
import assert from "node:assert/strict";
import type {
  ApiApproval,
  ApiEvent,
  ApiEventList,
  ApiMessageAccepted,
  ApiMessageAnswered,
  ApiSession,
} from "../cli/api_types.ts";
import { apiPath, type Client } from "../cli/client.ts";

/** Milliseconds between two looks. */
const LOOK_MS = 25;

/** Milliseconds after which waiting for something is given up. */
const PATIENCE_MS = 20_000;

/** Starts a session. The key makes a repetition safe. */
export function openSession(client: Client, id: string, key = id): Promise<ApiSession> {
  return client.post<ApiSession>(apiPath("sessions"), { id }, { key });
}

/** Sends a message and waits for its turn to end. Fails if the turn does not complete. */
export async function ask(client: Client, session: string, content: string): Promise<string> {
  const answer = await send(client, session, content, { query: { wait: "30s" } });
  assert.ok("outcome" in answer, `Turn has not ended: ${JSON.stringify(answer)}`);
  assert.equal(answer.outcome, "completed", JSON.stringify(answer));
  return answer.reply ?? "";
}

/** Sends a message. */
export function send(
  client: Client,
  session: string,
  content: string,
  options: { readonly query?: { readonly wait: string }; readonly key?: string } = {},
): Promise<ApiMessageAccepted | ApiMessageAnswered> {
  return client.post(apiPath("sessions", session, "messages"), { content }, options);
}

/** All events of a session. */
export async function eventsOf(client: Client, session: string): Promise<readonly ApiEvent[]> {
  const path = apiPath("sessions", session, "events");
  const events: ApiEvent[] = [];
  for (let after: number | null = 0; after !== null;) {
    const query: { after: number; limit: number } = { after, limit: 1000 };
    const page: ApiEventList = await client.get(path, query);
    events.push(...page.items);
    after = page.next;
  }
  return events;
}

/** The payloads of all events of that type. */
export function payloads<Payload>(events: readonly ApiEvent[], type: string): Payload[] {
  return events.filter((event) => event.type === type).map(({ payload }) => payload as Payload);
}

/** Waits until the session has one of those statuses. */
export async function untilStatus(
  client: Client,
  session: string,
  ...wanted: readonly ApiSession["status"][]
): Promise<ApiSession> {
  return await until(client, `session ${session} is ${wanted.join(" or ")}`, async () => {
    const found = await client.get<ApiSession>(apiPath("sessions", session));
    return wanted.includes(found.status) ? found : null;
  });
}

/** The questions of a session that wait for a person. */
export async function questionsOf(
  client: Client,
  session: string,
): Promise<readonly ApiApproval[]> {
  const { items } = await client.list<ApiApproval>(apiPath("approvals"));
  return items.filter((approval) => approval.session === session);
}

/** The one question that a session asks, once it asks it. */
export async function question(client: Client, session: string): Promise<ApiApproval> {
  await untilStatus(client, session, "waiting");
  const [found, ...more] = await questionsOf(client, session);
  assert.ok(found && more.length === 0, `Session ${session} should ask one question`);
  return found;
}

/** Answers a question. */
export function decide(
  client: Client,
  approval: Pick<ApiApproval, "id">,
  body: Readonly<Record<string, unknown>>,
): Promise<ApiApproval> {
  return client.post(apiPath("approvals", approval.id), body);
}

/** Looks again and again until there is something to see. */
export async function until<Found>(
  { clock }: Pick<Client, "clock">,
  what: string,
  look: () => Promise<Found | null>,
  patience_ms = PATIENCE_MS,
): Promise<Found> {
  const end = clock.monotonic() + patience_ms;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (clock.monotonic() > end) assert.fail(`Waited ${patience_ms} ms in vain until ${what}`);
    await clock.sleep(LOOK_MS);
  }
}
