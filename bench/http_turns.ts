/**
 * How many turns a node does over HTTP: the turn of `turns.ts`, sent with `?wait`, so that one request
 * is one turn. The node is a process of its own, as it ships; its processor time and its memory are
 * read apart from those of the clients, which all are in this process, and of the store.
 *
 *     deno task bench:http [--store sqlite|postgres] [--sessions 1,16,64,256] [--turns 2000]
 *
 * It does not measure TLS, streams to clients, a real model, or skills in the sandbox. It needs Linux,
 * whose `/proc` it reads.
 *
 * @module
 */
import process from "node:process";
import {
  AGENT_SPEC,
  MESSAGE,
  percentile,
  round,
  type TurnFigures,
  WARM_TURNS,
} from "../runtime/capacity/turns.ts";
import type { Client } from "../runtime/cli/client.ts";
import { ask, openSession } from "../runtime/e2e/session_calls.ts";
import { Site } from "../runtime/e2e/site.ts";
import { peakMemory, processorMs } from "./process_figures.ts";
import type { Store } from "./stores.ts";
import { reportTurns } from "./turns_report.ts";

/** Each run has a new process, whose code is compiled first. */
const WARM_TURNS_MIN = 1000;

interface RunFigures
  extends Pick<TurnFigures, "sessions" | "turns" | "turns_per_second" | "p50_ms" | "p99_ms"> {
  /** Processor time of the node's process and those that it started. */
  readonly node_cpu_ms_per_turn: number;
  /** Cores of it: the same, by the time that passed. */
  readonly node_cores: number;
  readonly store_cpu_ms_per_turn: number;
  readonly store_cores: number;
  /** Of this process, which is all the clients. */
  readonly client_cpu_ms_per_turn: number;
  /** Null where the store does not say. */
  readonly log_bytes_per_turn: number | null;
  /** The most that the node's process ever held. */
  readonly node_memory_mib: number;
}

async function run(store: Store, sessions: number, turns: number): Promise<RunFigures> {
  await using site = await Site.create({
    config: { agents: { assistant: AGENT_SPEC } },
    env: store.env,
  });
  const node = await site.start();
  const { client, pid } = node;
  const prefix = `http_${client.newKey()}`;
  const ids = Array.from({ length: sessions }, (_, i) => `${prefix}_${i}`);
  await Promise.all(ids.map((id) => openSession(client, id)));
  await runTurns(client, ids, Math.max(sessions * WARM_TURNS, WARM_TURNS_MIN));

  const look = async () => ({
    at: performance.now(),
    node: await processorMs(pid),
    store: await store.cpuMs(),
    log: await store.logBytes(),
    clients: process.cpuUsage(),
  });
  const before = await look();
  const latencies = await runTurns(client, ids, turns);
  const after = await look();
  const node_memory_mib = await peakMemory(pid);
  // In good order, so that the next one does not wait for its leases.
  await node.terminate();
  const ms = after.at - before.at;
  const perTurn = (total: number) => round(total / latencies.length);
  const { user, system } = after.clients;
  const clients = user + system - before.clients.user - before.clients.system;
  return {
    sessions,
    turns: latencies.length,
    turns_per_second: round(latencies.length / (ms / 1000)),
    p50_ms: percentile(latencies, 0.5),
    p99_ms: percentile(latencies, 0.99),
    node_cpu_ms_per_turn: perTurn(after.node - before.node),
    node_cores: round((after.node - before.node) / ms),
    store_cpu_ms_per_turn: perTurn(after.store - before.store),
    store_cores: round((after.store - before.store) / ms),
    client_cpu_ms_per_turn: perTurn(clients / 1000),
    log_bytes_per_turn: after.log === null || before.log === null
      ? null
      : perTurn(after.log - before.log),
    node_memory_mib,
  };
}

/** Each session has one turn after the other. Returns how long each took in milliseconds, sorted. */
async function runTurns(client: Client, ids: readonly string[], turns: number): Promise<number[]> {
  let left = turns;
  const latencies: number[] = [];
  await Promise.all(ids.map(async (id) => {
    while (left-- > 0) {
      const start = performance.now();
      await ask(client, id, MESSAGE);
      latencies.push(performance.now() - start);
    }
  }));
  return latencies.sort((a, b) => a - b);
}

if (import.meta.main) await reportTurns(run);
