/**
 * How many durable turns a node does, each with one skill call, by the number of sessions that have
 * one at a time.
 *
 *     deno task bench:turns [--store sqlite|postgres] [--sessions 1,16,64,256] [--turns 2000]
 *
 * It does not measure HTTP, a real model, or skills in the sandbox. Beside it, in the same run, it
 * measures how many one-row transactions the same store takes.
 *
 * @module
 */
import { CommitCount } from "../runtime/capacity/commit_count.ts";
import { createSession, measureTurns, round, type TurnFigures } from "../runtime/capacity/turns.ts";
import type { Journal } from "../runtime/journal/port.ts";
import { addressOf, startBenchEngine } from "./bench_engine.ts";
import type { Store } from "./stores.ts";
import { reportTurns } from "./turns_report.ts";

interface RunFigures extends TurnFigures {
  /** Calls of the journal, background work included; each is a round trip where there is a network. */
  readonly round_trips_per_turn: number;
  /** Null where the store does not say. */
  readonly log_bytes_per_turn: number | null;
  /** Processor time of the store's own processes. */
  readonly store_cpu_ms_per_turn: number;
}

/** Counts the calls of a journal. */
class CallCount {
  calls = 0;

  readonly wrap = (journal: Journal): Journal => {
    const wrapped = { ...journal } as Record<string, unknown>;
    for (const [name, member] of Object.entries(journal)) {
      if (typeof member !== "function" || name === "onReleased") continue;
      wrapped[name] = (...args: unknown[]) => {
        this.calls += 1;
        return Reflect.apply(member, journal, args);
      };
    }
    return wrapped as unknown as Journal;
  };
}

async function run(store: Store, sessions: number, turns: number): Promise<RunFigures> {
  const [count, calls] = [new CommitCount(), new CallCount()];
  await using engine = await startBenchEngine({
    env: store.env,
    wrapJournal: (journal) => calls.wrap(count.wrap(journal)),
  });
  const prefix = engine.entropy.id("run");
  const addresses = Array.from({ length: sessions }, (_, i) => addressOf(`${prefix}_${i}`));
  await Promise.all(addresses.map((address) => createSession(engine, address)));
  let left = turns;
  let before: { calls: number; log: number | null; cpu: number } | null = null;
  const look = async () => ({
    calls: calls.calls,
    log: await store.logBytes(),
    cpu: await store.cpuMs(),
  });
  const figures = await measureTurns(engine, {
    addresses,
    count,
    begin: async () => void (before = await look()),
    more: () => left-- > 0,
  });
  const after = await look();
  const start = before ?? after;
  const perTurn = (total: number) => round(total / figures.turns);
  return {
    ...figures,
    round_trips_per_turn: perTurn(after.calls - start.calls),
    log_bytes_per_turn: after.log === null || start.log === null
      ? null
      : perTurn(after.log - start.log),
    store_cpu_ms_per_turn: perTurn(after.cpu - start.cpu),
  };
}

if (import.meta.main) await reportTurns(run);
