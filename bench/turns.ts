/**
 * How many durable turns a node does, each with one skill call, by the number of sessions that have
 * one at a time.
 *
 *     deno task bench:turns [--sessions 1,16,64,256] [--turns 2000]
 *
 * It measures the engine as it ships: SQLite with synchronous=FULL in a temporary folder, the demo
 * model, the built-in calculator. It does not measure HTTP, a real model, or skills in the sandbox.
 * Beside it, in the same run, it measures how many one-row transactions the same disk takes.
 *
 * @module
 */
import { parseArgs } from "node:util";
import process from "node:process";
import type { Address } from "../actors/behavior.ts";
import { isRejection } from "../actors/behavior.ts";
import { agentSchema } from "../actors/session/agent.ts";
import { invariant } from "../actors/invariant.ts";
import { type RunningEngine, startEngine } from "../runtime/compose.ts";
import { loadConfig } from "../runtime/config.ts";
import type { Journal } from "../runtime/journal/port.ts";
import { openConnection } from "../runtime/journal/sqlite/connection.ts";
import { silentLogger } from "../runtime/telemetry/silent.ts";

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

const MESSAGE = '/call calculator {"expression":"6*7"}';

const AGENT = { name: "assistant", version: 1, spec: agentSchema.parse({ context_tokens: 4000 }) };

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
  const folder = await Deno.makeTempDir({ prefix: "synapse_bench_" });
  const counter = new Counter();
  const config = loadConfig({
    env: { SYNAPSE_DATA_DIR: folder, SYNAPSE_NODE_ID: "bench" },
    readFile: () => null,
    cwd: folder,
  });
  const options = { log: silentLogger, wrapJournal: (journal: Journal) => counter.wrap(journal) };
  await using engine = await startEngine(config, options);
  const addresses = Array.from({ length: sessions }, (_, i) => addressOf(`ses_${i}`));
  const create = { type: "session.create", agent: AGENT, metadata: {} };
  await Promise.all(addresses.map((address) => engine.node.submit(address, create)));
  await workload(engine, addresses, sessions * 5);
  Object.assign(counter, new Counter());
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  const latencies = await workload(engine, addresses, turns);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  return {
    sessions,
    turns,
    turns_per_second: round(turns / seconds),
    p50_ms: round(latencies[Math.floor(turns * 0.5)] ?? 0),
    p99_ms: round(latencies[Math.floor(turns * 0.99)] ?? 0),
    commits_per_turn: round(counter.commits / turns),
    events_per_turn: round(counter.events / turns),
    transactions_per_turn: round(counter.transactions / turns),
    mean_batch: round(counter.commits / counter.transactions),
    cpu_ms_per_turn: round((user + system) / 1000 / turns),
  };
}

/** Lets each session have one turn after the other until `turns` are done. Returns how long each took. */
async function workload(
  engine: RunningEngine,
  addresses: readonly Address[],
  turns: number,
): Promise<number[]> {
  const latencies: number[] = [];
  let left = turns;
  await Promise.all(addresses.map(async (address) => {
    await using watch = await engine.live.watch(address, { seq: Number.MAX_SAFE_INTEGER, n: 0 });
    const { signal } = new AbortController();
    while (left-- > 0) {
      const start = performance.now();
      const command = {
        type: "message.send",
        message_id: `msg_${left}`,
        content: MESSAGE,
        on_busy: null,
      };
      const answer = await engine.node.submit(address, command);
      invariant(!isRejection(answer), "B1 the message is taken");
      for (let ended = false; !ended;) {
        const entries = await watch.next(signal) ?? [];
        for (const entry of entries) {
          if (entry.kind !== "event" || !entry.event.type.startsWith("turn.")) continue;
          invariant(
            entry.event.type === "turn.started" || entry.event.type === "turn.completed",
            "B2 the turn completes",
          );
          ended ||= entry.event.type === "turn.completed";
        }
      }
      latencies.push(performance.now() - start);
    }
  }));
  return latencies;
}

/** How many transactions of one 500-byte row the same disk takes in a second. */
async function rawCommits(): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_bench_" });
  const db = openConnection({ path: `${folder}/raw.db`, synchronous: "full" });
  db.exec("CREATE TABLE rows (id INTEGER PRIMARY KEY, payload TEXT)");
  const insert = db.prepare("INSERT INTO rows (payload) VALUES (?)");
  const payload = "x".repeat(500);
  const [count, start] = [1000, performance.now()];
  for (let i = 0; i < count; i++) db.transaction(() => insert.run(payload));
  const seconds = (performance.now() - start) / 1000;
  db.close();
  return round(count / seconds);
}

function addressOf(id: string): Address {
  return { tenant: "default", type: "session", id };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
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
