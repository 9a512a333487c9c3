/**
 * Whether a journal with very many sessions is slower than one with few: the same work on a Postgres
 * with 1,000 sessions, and again after the journal was filled up with copies of one of them.
 *
 *     deno task bench:growth [--sessions 1000000]
 *
 * Timed are sleeping sessions that wake (load, one step, one commit), one at a time, picked at random,
 * and turns in 64 sessions at once. In the full journal once with the 1,000 sessions from before, which
 * shows what its size costs, and once with any of all, which shows besides what it costs that the
 * database has not looked at a session for long. The copies have the events, the listing and the handled
 * commands of their original.
 *
 * @module
 */
import { parseArgs } from "node:util";
import postgres from "postgres";
import {
  createSession,
  measureTurns,
  oneTurn,
  percentile,
  watchTurns,
} from "../runtime/capacity/turns.ts";
import { CommitCount } from "../runtime/capacity/commit_count.ts";
import { addressOf, startBenchEngine } from "./bench_engine.ts";
import { type Store, STORES } from "./stores.ts";

/** Sessions that have a turn of their own before anything is measured. */
const FEW = 1000;

/** Sessions that are woken after as many that do not count, and turns in 64 sessions at once. */
const WAKES = 1000;
const TURNS = 4000;
const AT_ONCE = 64;

/** Copies made in one transaction. */
const CHUNK = 50_000;

interface Figures {
  readonly sessions: number;
  /** Which of them were woken. */
  readonly woken: string;
  readonly wake_p50_ms: number;
  readonly wake_p99_ms: number;
  readonly turns_per_second: number;
}

/** Gives each session one turn. */
async function fill(store: Store): Promise<void> {
  await using engine = await startBenchEngine({ env: store.env });
  const left = Array.from({ length: FEW }, (_, i) => `few_${i}`);
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      await createSession(engine, addressOf(id));
      await using watch = await watchTurns(engine, addressOf(id));
      await oneTurn(engine, addressOf(id), watch, "msg_1");
    }
  }));
}

/** Measures with an engine of its own, so that no session is in memory. */
async function measure(
  store: Store,
  { sessions, woken, pick }: Pick<Figures, "sessions" | "woken"> & { readonly pick: () => string },
): Promise<Figures> {
  const count = new CommitCount();
  await using engine = await startBenchEngine({ env: store.env, wrapJournal: count.wrap });
  const wakes: number[] = [];
  for (let i = 0; i < WAKES * 2; i++) {
    const address = addressOf(pick());
    await using watch = await watchTurns(engine, address);
    const { taken } = await oneTurn(engine, address, watch, engine.entropy.id("msg"));
    if (i >= WAKES) wakes.push(taken);
  }
  wakes.sort((a, b) => a - b);
  const run = engine.entropy.id("run");
  const addresses = Array.from({ length: AT_ONCE }, (_, i) => addressOf(`${run}_${i}`));
  await Promise.all(addresses.map((address) => createSession(engine, address)));
  let left = TURNS;
  const { turns_per_second } = await measureTurns(engine, {
    addresses,
    count,
    more: () => left-- > 0,
  });
  return {
    sessions,
    woken,
    wake_p50_ms: percentile(wakes, 0.5),
    wake_p99_ms: percentile(wakes, 0.99),
    turns_per_second,
  };
}

/** Copies one session again and again, in bulk. A copy's id says which it is. */
async function multiply(url: string, copies: number): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const original = "few_0";
  for (let from = 0; from < copies; from += CHUNK) {
    const to = Math.min(from + CHUNK, copies) - 1;
    await sql.begin(async (sql) => {
      await sql`CREATE TEMP TABLE fresh ON COMMIT DROP AS
        SELECT nextval('actors_key') AS key, 'many_' || n AS id FROM generate_series(${from}::int, ${to}::int) AS n`;
      await sql`INSERT INTO actors SELECT fresh.key, a.tenant, a.type, fresh.id, a.partition, a.seq, a.hash,
          a.status, a.label, a.details, a.owed, a.turned, a.bytes, a.created_at, a.updated_at
        FROM fresh, actors a WHERE a.id = ${original}`;
      await sql`INSERT INTO listings SELECT l.tenant, l.type, fresh.key, l.partition, l.status, l.owed, l.closed_at
        FROM fresh, listings l JOIN actors a ON a.key = l.actor WHERE a.id = ${original}`;
      await sql`INSERT INTO events SELECT fresh.key, e.seq, e.type, e.v, e.payload, e.cause, e.at, e.hash
        FROM fresh, events e JOIN actors a ON a.key = e.actor WHERE a.id = ${original}`;
      await sql`INSERT INTO mailbox SELECT nextval('mailbox_position'), m.tenant, m.type, fresh.id, m.id,
          m.partition, m.command, m.digest, m.sender, m.accepted_at, m.attempts, m.handled_at, m.reply, m.refused
        FROM fresh, mailbox m WHERE m.actor = ${original}`;
    });
  }
  await sql`VACUUM ANALYZE`;
  await sql`CHECKPOINT`;
  await sql.end();
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { sessions: { type: "string", default: "1000000" } },
  });
  const many = Number(values.sessions);
  await using store = await STORES.postgres();
  await fill(store);
  const any = (name: string, count: number) => () => `${name}_${Math.floor(Math.random() * count)}`;
  const few = { woken: "any of the first 1,000", pick: any("few", FEW) };
  const results = [await measure(store, { sessions: FEW, ...few })];
  const start = performance.now();
  await multiply(store.env["DATABASE_URL"] ?? "", many);
  const fill_s = Math.round((performance.now() - start) / 1000);
  results.push(await measure(store, { sessions: FEW + many, ...few }));
  const all = { woken: "any of all", pick: any("many", many) };
  results.push(await measure(store, { sessions: FEW + many, ...all }));
  console.log(JSON.stringify({ fill_s, results }, null, 2));
}
