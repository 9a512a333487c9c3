import assert from "node:assert/strict";
import { CliError } from "../cli/cli_error.ts";
import { apiPath, type Client } from "../cli/client.ts";
import { systemClock } from "../clock.ts";
import { ask, eventsOf, openSession, payloads, until } from "./session_calls.ts";
import { Site } from "./site.ts";

/** What these tests look at of a schedule. */
interface ApiSchedule {
  readonly id: string;
  readonly status: "active" | "paused" | "closed";
  readonly outcome: string | null;
  readonly session: string | null;
  readonly agent: string | null;
  readonly next: string | null;
  readonly fired: number;
  readonly last: { readonly planned: string; readonly session: string } | null;
}

const WEEKLY = { content: "/say Weekly", cron: "0 9 * * MON", time_zone: "Europe/Zurich" };

const soon = (ms: number): string => new Date(systemClock.now() + ms).toISOString();

function schedule(client: Client, body: unknown, key?: string): Promise<ApiSchedule> {
  return client.post(apiPath("schedules"), body, key === undefined ? {} : { key });
}

const look = (client: Client, id: string): Promise<ApiSchedule> =>
  client.get(apiPath("schedules", id));

function untilClosed(client: Client, id: string): Promise<ApiSchedule> {
  return until(client, `schedule ${id} is closed`, async () => {
    const found = await look(client, id);
    return found.status === "closed" ? found : null;
  });
}

/** The messages that a session got, once there are some. */
function messagesOf(client: Client, session: string): Promise<{ content: string }[]> {
  return until(client, `session ${session} has a message`, async () => {
    const found = payloads<{ content: string }>(
      await eventsOf(client, session),
      "message.received",
    );
    return found.length > 0 ? found : null;
  });
}

const refused = (promise: Promise<unknown>, code: string) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof CliError);
    assert.equal(error.code, code, error.message);
    return true;
  });

Deno.test("a schedule that came due while no node ran fires once, late, and is done", async () => {
  await using site = await Site.create();
  const first = await site.start();
  await openSession(first.client, "diary");
  const at = soon(1500);
  const made = await schedule(first.client, { session: "diary", content: "/say Late", at });
  assert.deepEqual([made.status, made.next, made.fired], ["active", at, 0]);
  await first.kill();
  await systemClock.sleep(Math.max(0, Date.parse(at) - systemClock.now()));

  const { client } = await site.start();
  const done = await untilClosed(client, made.id);
  assert.deepEqual([done.outcome, done.fired], ["done", 1]);
  assert.deepEqual(done.last, { planned: at, session: "diary" });
  assert.deepEqual((await messagesOf(client, "diary")).map(({ content }) => content), [
    "/say Late",
  ]);
});

Deno.test("a schedule of an agent begins a session for each message", async () => {
  await using site = await Site.create();
  const { client } = await site.start();
  const made = await schedule(client, { agent: "assistant", content: "/say Hello", at: soon(300) });
  assert.deepEqual([made.session, made.agent], [null, "assistant"]);
  const { last } = await untilClosed(client, made.id);
  assert.ok(last);
  assert.equal((await messagesOf(client, last.session)).length, 1);
  const session = await client.get<{ metadata: unknown }>(apiPath("sessions", last.session));
  assert.deepEqual(session.metadata, { planned: last.planned, schedule: made.id });
});

Deno.test("schedules are made once for each key, listed, paused, resumed and cancelled", async () => {
  await using site = await Site.create({ config: { limits: { schedules_per_session: 2 } } });
  const { client } = await site.start();
  await openSession(client, "diary");
  const made = await schedule(client, { session: "diary", ...WEEKLY }, "key-1");
  assert.deepEqual(await schedule(client, { session: "diary", ...WEEKLY }, "key-1"), made);
  const other = await schedule(client, WEEKLY);
  assert.equal(other.agent, "assistant");

  const list = async (query: string) => {
    const page = await client.get<{ items: ApiSchedule[] }>(`${apiPath("schedules")}?${query}`);
    return page.items.map(({ id }) => id);
  };
  assert.deepEqual(await list("limit=10"), [other.id, made.id]);
  assert.deepEqual(await list("session=diary"), [made.id]);

  const path = (...more: string[]) => apiPath("schedules", made.id, ...more);
  const paused = await client.post<ApiSchedule>(path("pause"), {});
  assert.deepEqual([paused.status, paused.next], ["paused", null]);
  assert.deepEqual(await list("status=paused"), [made.id]);
  const resumed = await client.post<ApiSchedule>(path("resume"), {});
  assert.deepEqual([resumed.status, resumed.next], ["active", made.next]);

  await schedule(client, { session: "diary", ...WEEKLY });
  await refused(schedule(client, { session: "diary", ...WEEKLY }), "schedule_limit");
  const cancelled = await client.delete<ApiSchedule>(path());
  assert.deepEqual([cancelled.status, cancelled.outcome], ["closed", "cancelled"]);
  assert.deepEqual(await client.delete<ApiSchedule>(path()), cancelled);
  await refused(client.post(path("pause"), {}), "schedule_closed");
  await schedule(client, { session: "diary", ...WEEKLY });
});

Deno.test("a schedule that cannot be is refused by name", async () => {
  await using site = await Site.create();
  const { client } = await site.start();
  await openSession(client, "gone");
  await client.delete(apiPath("sessions", "gone"));
  const content = "Report";
  const faults: [unknown, string][] = [
    [{ content, cron: "*/5 * * * * *" }, "schedule_invalid"],
    [{ content, cron: "@daily", time_zone: "Mars/Olympus" }, "schedule_invalid"],
    [{ content, at: "2020-01-01T00:00:00Z" }, "schedule_invalid"],
    [{ content }, "schedule_invalid"],
    [{ content, cron: "@daily", at: soon(60_000) }, "schedule_invalid"],
    [{ content, cron: "@daily", session: "nobody" }, "session_not_found"],
    [{ content, cron: "@daily", session: "gone" }, "session_closed"],
    [{ content, cron: "@daily", agent: "nobody" }, "agent_not_found"],
    [{ content, cron: "@daily", agent: "assistant", session: "gone" }, "invalid_request"],
    [{ cron: "@daily" }, "invalid_request"],
    [{ content, at: "tomorrow" }, "invalid_request"],
  ];
  for (const [body, code] of faults) await refused(schedule(client, body), code);
  await refused(look(client, "sch_none"), "schedule_not_found");
  await refused(client.delete(apiPath("schedules", "sch_none")), "schedule_not_found");
});

Deno.test("an agent makes, lists and cancels schedules of its own session only", async () => {
  await using site = await Site.create();
  const { client } = await site.start();
  await openSession(client, "diary");
  await openSession(client, "other");
  const call = (input: unknown) => `/call schedule ${JSON.stringify(input)}`;
  const { content, cron } = WEEKLY;

  const made = await ask(client, "diary", call({ action: "create", content, cron }));
  const id = /"id":"(sch_diary~\d+)"/.exec(made)?.[1] ?? assert.fail(made);
  await until(client, "the schedule is there", () => look(client, id).catch(() => null));
  assert.match(await ask(client, "diary", call({ action: "list" })), new RegExp(`"id":"${id}"`));
  assert.match(await ask(client, "other", call({ action: "list" })), /schedule returned: \[\]/);
  assert.match(
    await ask(client, "other", call({ action: "cancel", id })),
    /schedule failed: schedule_not_found/,
  );
  await ask(client, "diary", call({ action: "cancel", id }));
  assert.equal((await untilClosed(client, id)).outcome, "cancelled");

  await ask(client, "diary", call({ action: "create", content: "/say Now", at: soon(1000) }));
  const isThere = async () =>
    (await messagesOf(client, "diary")).some(({ content }) => content === "/say Now") || null;
  await until(client, "the message has come", isThere);
});
