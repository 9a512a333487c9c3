/**
 * How many durable turns a node does, each with one skill call, by the number of sessions that have
 * one at a time.
 *
 *     deno task bench:turns [--sessions 1,16,64,256] [--turns 2000]
 *
 * It does not measure HTTP, a real model, or skills in the sandbox. Beside it, in the same run, it
 * measures how many one-row transactions the same disk takes.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import type { Address } from "../actors/behavior.ts";
import type { RunningEngine } from "../runtime/compose.ts";
import type { Journal } from "../runtime/journal/port.ts";
import { openConnection } from "../runtime/journal/sqlite/connection.ts";
import {
  addressOf,
  benchFolder,
  createSession,
  oneTurn,
  percentile,
  round,
  startBenchEngine,
} from "./bench_engine.ts";

/** What one run measured. */
interface Result {
  readonly sessions: number;
  readonly turns: number;
  readonly turns_per_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  /** Commits that one turn waits for, one after the other. */
  readonly commits_per_turn: number;
  readonly events_per_turn: number;
  /** Transactions on the disk for one turn. */
  readonly transactions_per_turn: number;
  /** Actors in one transaction. */
  readonly mean_batch: number;
  /** Processor time of this process for one turn. */
  readonly cpu_ms_per_turn: number;
}

/** Counts what reaches the journal. */
class Counter {
  transactions = 0;
  commits = 0;
  events = 0;

  wrap(journal: Journal): Journal {
    return {
      ...journal,
      commit: (batch) => {
        this.transactions += 1;
        this.commits += batch.length;
        this.events += batch.reduce((sum, part) => sum + part.events.length, 0);
        return journal.commit(batch);
      },
    };
  }
}

async function run(sessions: number, turns: number): Promise<Result> {
  const counter = new Counter();
  await using engine = await startBenchEngine({ wrapJournal: (journal) => counter.wrap(journal) });
  const addresses = Array.from({ length: sessions }, (_, i) => addressOf(`ses_${i}`));
  await Promise.all(addresses.map((address) => createSession(engine, address)));
  await workload(engine, addresses, sessions * 5);
  Object.assign(counter, new Counter());
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  const latencies = await workload(engine, addresses, turns);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    sessions,
    turns,
    turns_per_second: round(turns / seconds),
    p50_ms: percentile(latencies, 0.5),
    p99_ms: percentile(latencies, 0.99),
    commits_per_turn: round(counter.commits / turns),
    events_per_turn: round(counter.events / turns),
    transactions_per_turn: round(counter.transactions / turns),
    mean_batch: round(counter.commits / counter.transactions),
    cpu_ms_per_turn: round((user + system) / 1000 / turns),
  };
}

/** Each session has one turn after the other until `turns` are done. Returns how long each took, sorted. */
async function workload(
  engine: RunningEngine,
  addresses: readonly Address[],
  turns: number,
): Promise<number[]> {
  const latencies: number[] = [];
  let left = turns;
  await Promise.all(addresses.map(async (address) => {
    await using watch = await engine.live.watch(address, { seq: Number.MAX_SAFE_INTEGER, n: 0 });
    while (left-- > 0) {
      latencies.push((await oneTurn(engine, address, watch, `msg_${left}`)).ended);
    }
  }));
  return latencies.sort((a, b) => a - b);
}

/** How many transactions of one 500-byte row the same disk takes in a second. */
async function rawCommits(): Promise<number> {
  await using folder = await benchFolder();
  const db = openConnection({ path: `${folder.path}/raw.db`, synchronous: "full" });
  db.exec("CREATE TABLE rows (id INTEGER PRIMARY KEY, payload TEXT)");
  const insert = db.prepare("INSERT INTO rows (payload) VALUES (?)");
  const payload = "x".repeat(500);
  const [count, start] = [1000, performance.now()];
  for (let i = 0; i < count; i++) db.transaction(() => insert.run(payload));
  const seconds = (performance.now() - start) / 1000;
  db.close();
  return round(count / seconds);
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      sessions: { type: "string", default: "1,16,64,256" },
      turns: { type: "string", default: "2000" },
    },
  });
  const raw_commits_per_second = await rawCommits();
  const results: Result[] = [];
  for (const sessions of values.sessions.split(",").map(Number)) {
    results.push(await run(sessions, Number(values.turns)));
  }
  console.log(JSON.stringify({ raw_commits_per_second, results }, null, 2));
}
