/**
 * Clauses on tenants: with the same types and ids in two of them, no method gives, changes or deletes
 * anything of the other one.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Journal } from "../port.ts";
import { actor, type Clauses, HOME, mark, row, type Subject, Writer } from "./subject.ts";

const TENANTS = ["acme", "globex"] as const;
const PAGE = { cursor: null, limit: 100 };

/** Everything, in both tenants, under the same ids; each value says whose it is. */
async function fill(subject: Subject): Promise<Writer> {
  const { journal } = subject;
  const writer = await Writer.of(subject);
  const at = subject.now() - 1;
  for (const tenant of TENANTS) {
    await journal.accept([row(actor("a", tenant), "waiting", { command: tenant })]);
    await journal.putAgent(tenant, "bot", tenant);
    await writer.write(actor("a", tenant), {
      events: [tenant],
      snapshot: { version: 1, state: JSON.stringify(tenant) },
      summary: { status: "idle", label: "x", details: tenant },
      handled: [mark("done", { digest: tenant, reply: tenant })],
      sends: [row(actor("b", tenant), "sent", { command: tenant })],
      timers: [{ op: "set", name: "t", at, command: tenant }],
      questions: [{ op: "ask", id: "q", kind: "k", details: tenant }],
      dead: [{ id: "d", command_id: "c", command: tenant, sender: "", error: "", attempts: 5 }],
    });
  }
  return writer;
}

/** What each method that names a tenant gives. All of it must be of that tenant, and there. */
const READS: Readonly<Record<string, (journal: Journal, tenant: string) => Promise<unknown[]>>> = {
  load: async (journal, tenant) => {
    const loaded = await journal.load(actor("a", tenant));
    return [loaded?.snapshot?.state, loaded?.seq === 1 ? tenant : loaded?.seq];
  },
  readEvents: async (journal, tenant) =>
    (await journal.readEvents(actor("a", tenant), 0, 100)).map((event) => event.payload),
  take: async (journal, tenant) => [
    ...(await journal.take(actor("a", tenant), 100, [])).map((row) => row.command),
    ...(await journal.take(actor("b", tenant), 100, [])).map((row) => row.command),
  ],
  handled: async (journal, tenant) => {
    const mark = await journal.handled(actor("a", tenant), "done");
    return [mark?.digest, mark?.reply];
  },
  find: async (journal, tenant) => [(await journal.find(actor("a", tenant)))?.summary.details],
  list: async (journal, tenant) => {
    const filters = [null, "idle"].flatMap((status) =>
      [null, "x"].map((label) => ({ type: "session", status, label }))
    );
    const pages = await Promise.all(filters.map((filter) => journal.list(tenant, filter, PAGE)));
    return pages.flatMap(({ items }) => items.map(({ summary }) => summary.details));
  },
  question: async (journal, tenant) => [(await journal.question(tenant, "q"))?.details],
  questions: async (journal, tenant) => {
    const pages = await Promise.all(
      [null, "pending"].map((status) => journal.questions(tenant, status, PAGE)),
    );
    return pages.flatMap(({ items }) => items.map(({ details }) => details));
  },
  deadLetters: async (journal, tenant) =>
    (await journal.deadLetters(tenant, PAGE)).items.map(({ command }) => command),
  agent: async (journal, tenant) => [
    (await journal.agent(tenant, "bot", null))?.spec,
    (await journal.agent(tenant, "bot", 1))?.spec,
  ],
  agents: async (journal, tenant) => (await journal.agents(tenant)).map(({ spec }) => spec),
};

const readClauses = Object.fromEntries(
  Object.entries(READS).map(([method, read]) => [
    `${method}() gives a tenant its own and nothing of another's`,
    async (subject: Subject) => {
      await fill(subject);
      for (const tenant of TENANTS) {
        const found = await read(subject.journal, tenant);
        assert.ok(found.length > 0);
        assert.deepEqual(found, found.map(() => tenant));
      }
      const stranger = (await read(subject.journal, "initech")).filter((value) => value != null);
      assert.deepEqual(stranger, []);
    },
  ]),
);

/** On tenants. */
export const TENANT_CLAUSES: Clauses = {
  ...readClauses,

  "backlog(), owed() and dueTimers() give the actors of both, each with its tenant": async (
    subject,
  ) => {
    const { journal } = subject;
    const writer = await fill(subject);
    for (const tenant of TENANTS) {
      await writer.write(actor("a", tenant), { events: [2], owed: true });
    }
    const waiting = await journal.backlog([HOME], 100);
    assert.deepEqual(waiting.map(({ tenant, id }) => `${tenant}/${id}`).sort(), [
      "acme/a",
      "acme/b",
      "globex/a",
      "globex/b",
    ]);
    const owed = (await journal.owed([HOME], PAGE)).items;
    assert.deepEqual(owed.map(({ tenant }) => tenant).sort(), TENANTS);
    const due = await journal.dueTimers([HOME], 100);
    for (const { address, command } of due) assert.equal(command, address.tenant);
    assert.equal(due.length, 2);
  },

  "commit() changes nothing of another tenant's": async (subject) => {
    const { journal } = subject;
    const writer = await fill(subject);
    const [{ at } = { at: 0 }] = await journal.dueTimers([HOME], 1);
    await writer.write(actor("a", "acme"), {
      events: ["more"],
      handled: [mark("waiting")],
      timers: [{ op: "fired", name: "t", at }, { op: "clear", name: "t" }],
      questions: [{ op: "settle", id: "q", outcome: "deny", details: null }],
    });
    const other = actor("a", "globex");
    assert.equal((await journal.find(other))?.seq, 1);
    assert.equal((await journal.take(other, 10, [])).length, 1);
    assert.equal((await journal.dueTimers([HOME], 10)).length, 1);
    assert.equal((await journal.question("globex", "q"))?.status, "pending");
    assert.equal((await journal.question("acme", "q"))?.status, "deny");
  },

  "retryDeadLetter() moves that tenant's letter only": async (subject) => {
    const { journal } = subject;
    await fill(subject);
    assert.equal(await journal.retryDeadLetter("initech", "d"), null);
    await journal.retryDeadLetter("acme", "d");
    assert.equal((await journal.take(actor("a", "acme"), 10, [])).length, 2);
    assert.equal((await journal.take(actor("a", "globex"), 10, [])).length, 1);
    const { items } = await journal.deadLetters("globex", PAGE);
    assert.deepEqual(items.map(({ status }) => status), ["open"]);
  },

  "putAgent() numbers the versions of each tenant by itself": async ({ journal }) => {
    await journal.putAgent("acme", "bot", 1);
    await journal.putAgent("acme", "bot", 2);
    assert.equal((await journal.putAgent("globex", "bot", 1)).version, 1);
    assert.equal(await journal.agent("globex", "bot", 2), null);
  },

  "purge() of a closed actor leaves the one of the same id in another tenant": async (subject) => {
    const { journal } = subject;
    const writer = await fill(subject);
    const now = subject.now();
    const summary = { status: "closed", label: "", details: null };
    await writer.write(actor("a", "acme"), { events: [2], summary, at: now - 10 });
    assert.ok(await journal.purge({ handled: 0, closed: now }, 100) > 1);
    assert.equal(await journal.find(actor("a", "acme")), null);
    for (const read of Object.values(READS)) {
      const found = await read(journal, "globex");
      assert.deepEqual(found, found.map(() => "globex"));
    }
  },
};
