import assert from "node:assert/strict";
import postgres from "postgres";
import { freePort } from "../../../.ci/services/free_port.ts";
import { startPostgres } from "../../../.ci/services/postgres.ts";
import { startStandby } from "../../../.ci/services/postgres_standby.ts";
import type { Server } from "../../../.ci/services/server.ts";
import { until } from "../../../.ci/services/until.ts";
import { systemClock } from "../../clock.ts";
import { systemEntropy } from "../../entropy.ts";
import { ManualClock } from "../../manual_clock.ts";
import { actor, allWaiting, row, Writer } from "../contract/subject.ts";
import { verifyChain } from "../hash_chain.ts";
import { type Journal, JournalUnavailable } from "../port.ts";
import { Connections } from "./connection.ts";
import type { PostgresJournalOptions } from "./open.ts";
import { openJournal, subjectOf } from "./test_database.ts";

/** How long something may take that must come. */
const PATIENCE_MS = 30_000;

/** How many commands of each client are acknowledged before and after a failover, at least. */
const COMMANDS = 30;

const A = actor("a");

/** An address of both, in that order, as docs/configuration.md has it. */
function both(first: Server, second: Server): string {
  const hosts = [first, second].map(({ port }) => `127.0.0.1:${port}`).join(",");
  return first.url.replace(`127.0.0.1:${first.port}`, hosts) + "?target_session_attrs=read-write";
}

async function ask(url: string, statement: string): Promise<unknown> {
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    const [first] = await sql.unsafe(statement);
    return Object.values(first ?? {})[0];
  } finally {
    await sql.end();
  }
}

/** A primary and a standby without which it confirms no commit, if that is wanted. */
async function replicated({ synchronous }: { synchronous: boolean }) {
  await using servers = new AsyncDisposableStack();
  const primary = servers.use(await startPostgres());
  const standby = servers.use(await startStandby(primary));
  if (synchronous) {
    await ask(primary.url, "ALTER SYSTEM SET synchronous_standby_names = '*'");
    await ask(primary.url, "SELECT pg_reload_conf()");
    const state = "SELECT count(*)::int FROM pg_stat_replication WHERE sync_state = 'sync'";
    assert.ok(await until(async () => await ask(primary.url, state) === 1, PATIENCE_MS));
  }
  const owned = servers.move();
  return { primary, standby, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The standby has all that the primary has. */
async function caughtUp(primary: Server, standby: Server): Promise<void> {
  const written = await ask(primary.url, "SELECT pg_current_wal_lsn()::text");
  const statement = `SELECT pg_last_wal_replay_lsn() >= '${written}'::pg_lsn`;
  assert.ok(await until(async () => await ask(standby.url, statement) === true, PATIENCE_MS));
}

async function promote(standby: Server): Promise<void> {
  assert.equal(await ask(standby.url, "SELECT pg_promote(true, 60)"), true);
}

async function opened(url: string, more: Partial<PostgresJournalOptions> = {}) {
  const journal = await openJournal({ url }, more);
  return { journal, [Symbol.asyncDispose]: () => journal.close() };
}

async function serves(journal: Journal): Promise<void> {
  const check = () => journal.check().then(() => true, () => false);
  assert.ok(await until(check, PATIENCE_MS));
}

/** A client that sends one command after the other, each until it is acknowledged. */
class Client {
  readonly acknowledged: string[] = [];
  readonly #ended: Promise<void>;
  #over = false;

  constructor(journal: Journal, name: string) {
    this.#ended = this.#send(journal, name);
  }

  /** Waits until so many more were acknowledged. */
  async more(count: number): Promise<void> {
    const wanted = this.acknowledged.length + count;
    assert.ok(await until(() => this.acknowledged.length >= wanted, PATIENCE_MS));
  }

  end(): Promise<void> {
    this.#over = true;
    return this.#ended;
  }

  async #send(journal: Journal, name: string): Promise<void> {
    while (!this.#over) {
      const id = `${name}${this.acknowledged.length}`;
      try {
        await journal.accept([row(A, id)]);
        this.acknowledged.push(id);
      } catch (error) {
        assert.ok(error instanceof JournalUnavailable, String(error));
      }
    }
  }
}

Deno.test("Postgres with a synchronous standby: a journal finds the primary, and after its loss the next one with all that was acknowledged", async () => {
  await using world = await replicated({ synchronous: true });
  const { primary, standby } = world;
  await using one = await opened(both(primary, standby));
  await using two = await opened(both(standby, primary));
  const journals = [one.journal, two.journal];
  for (const journal of journals) {
    // As many at once as make it open all of its connections.
    await Promise.all(Array.from({ length: 8 }, () => journal.figures()));
    await Promise.all(Array.from({ length: 8 }, (_, i) => journal.accept([row(A, `h${i}`)])));
    await journal.check();
  }
  const clients = journals.map((journal, i) => new Client(journal, `${i}_`));
  await Promise.all(clients.map((client) => client.more(COMMANDS)));
  await primary.kill();
  await promote(standby);
  await Promise.all(clients.map((client) => client.more(COMMANDS)));
  await Promise.all(clients.map((client) => client.end()));
  const acknowledged = clients.flatMap((client) => client.acknowledged);
  const found = (await allWaiting(one.journal, A)).map(({ id }) => id);
  assert.deepEqual(new Set(found).size, found.length, "none is there twice");
  assert.deepEqual(acknowledged.filter((id) => !found.includes(id)), []);
  for (const journal of journals) await serves(journal);
});

Deno.test("Postgres with a synchronous standby: nothing is acknowledged that the standby has not got", async () => {
  await using world = await replicated({ synchronous: true });
  const { primary, standby } = world;
  await using node = await opened(both(primary, standby), { statement_timeout_ms: 500 });
  await node.journal.accept([row(A, "before")]);
  await standby.pause();
  const ended = await node.journal.accept([row(A, "alone")]).then(() => null, (error) => error);
  await standby.resume();
  assert.ok(ended instanceof JournalUnavailable, String(ended));
  assert.equal(ended.rolled_back, false);
});

Deno.test("Postgres that went back to an older state, as an asynchronous standby does: a writer that knows more cannot fork a history", async () => {
  await using world = await replicated({ synchronous: false });
  const { primary, standby } = world;
  const url = both(primary, standby);
  await using one = await opened(url);
  const early = await Writer.of(subjectOf(one.journal, { url }));
  await early.write(A, { events: [1] });
  await early.release();
  await caughtUp(primary, standby);
  await standby.stop();

  // Lost: an epoch and an event.
  const ahead = await Writer.of(subjectOf(one.journal, { url }));
  ahead.follow(early);
  await ahead.write(A, { events: ["lost"] });
  await primary.kill();
  await standby.start();
  await promote(standby);

  // Another node gets the same epoch, and comes as far.
  await using two = await opened(url);
  const next = await Writer.of(subjectOf(two.journal, { url }));
  assert.deepEqual(next.lease(1), ahead.lease(1));
  next.follow(early);
  await next.write(A, { events: ["kept"] });

  const beyond = [ahead.part(A, { events: [3] })];
  await serves(one.journal);
  const outcomes = await one.journal.commit(beyond);
  const events = await two.journal.readEvents(A, 0, 10);
  assert.equal(verifyChain(A, events).ok, true);
  assert.deepEqual(events.map(({ payload }) => payload), [1, "kept"]);
  assert.deepEqual(outcomes, ["conflict"]);
});

Deno.test("Connections to several hosts of which none is a primary begin no transaction, and say why", async () => {
  const clock = new ManualClock();
  const url = `postgres://me@127.0.0.1:${freePort()},127.0.0.1:${freePort()}/x`;
  const options = { url, clock, entropy: systemEntropy, statement_timeout_ms: 1000 };
  await using connections = new Connections({ ...options, connections: 1 });
  let begun = false;
  let error: unknown = null;
  void connections.transaction(() => Promise.resolve(begun = true))
    .catch((reason) => error = reason);
  for (let passed = 0; error === null && passed < 60_000; passed += 100) {
    await Promise.all([clock.advance(100), systemClock.sleep(1)]);
  }
  assert.ok(error instanceof JournalUnavailable, String(error));
  assert.match(error.message, /cannot be used: none of its hosts answers as the primary$/);
  assert.deepEqual([error.rolled_back, begun], [true, false]);
});

Deno.test("Connections to several hosts of which none is there are closed soon, whatever waits for one", async () => {
  const url = `postgres://me@127.0.0.1:${freePort()},127.0.0.1:${freePort()}/x`;
  const options = { url, clock: systemClock, entropy: systemEntropy, statement_timeout_ms: 5000 };
  const connections = new Connections({ ...options, connections: 1 });
  const asked = connections.query("SELECT 1").then(() => null, (error) => error);
  await systemClock.sleep(200);
  const since = systemClock.monotonic();
  await connections[Symbol.asyncDispose]();
  const took = systemClock.monotonic() - since;
  assert.ok(took < 2000, `${took} ms`);
  const error = await asked;
  assert.ok(error instanceof JournalUnavailable, String(error));
  assert.equal(error.rolled_back, true);
  assert.match(error.message, /cannot be used: it was closed$/);
});
