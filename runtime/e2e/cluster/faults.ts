/**
 * Test support: what goes wrong, one thing after the other.
 *
 * @module
 */
import type { Server } from "../../../.ci/services/server.ts";
import { systemClock } from "../../clock.ts";
import type { Cluster } from "./cluster.ts";

/** Milliseconds of quiet between two faults. */
const BETWEEN_MS = 1500;

/** How long a node stands still: longer than its lease. */
const PAUSE_MS = 10_000;

/** In good order, or by a crash. */
async function restart(server: Server, round: number): Promise<void> {
  if (round % 2 === 1) await server.kill();
  await server.restart();
}

/** One round of faults: each node in its turn, and both services. Afterwards all of it runs. */
export async function roundOfFaults(cluster: Cluster, round: number): Promise<void> {
  const killed = cluster.member(round);
  const paused = cluster.member(round + 1);
  const rest = (ms = BETWEEN_MS) => systemClock.sleep(ms);
  await rest();
  await killed.process.kill();
  await rest();
  await killed.start();
  await rest();
  paused.pause();
  await rest();
  await cluster.redis.flushAll();
  await rest(PAUSE_MS - BETWEEN_MS);
  paused.resume();
  await rest();
  await restart(cluster.postgres, round);
  await rest();
  await cluster.redis.flushAll();
  await rest();
  await restart(cluster.redis, round);
  await rest();
}
