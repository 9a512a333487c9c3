/**
 * Loads something, and again from time to time while the page is looked at.
 *
 * @module
 */
import { useCallback, useEffect, useState } from "preact/hooks";
import type { World } from "./browser.ts";
import { type Problem, ProblemError } from "./problem.ts";
import { useServices } from "./services.ts";

/** What was loaded last, and what went wrong last. */
export interface Loaded<Value> {
  /** Null: nothing was loaded yet. */
  readonly value: Value | null;
  /** Null: the last attempt went well, or there was none yet. */
  readonly problem: Problem | null;
  /** Loads again now. */
  readonly reload: () => void;
}

/** Between two loads of a list that changes, in milliseconds. */
export const RELOAD_MS = 5000;

/**
 * Loads something when it is first shown, and when `key` changes.
 *
 * @param every_ms how often it is loaded again; null: only when asked to
 * @param amount how much of it: a change loads it again, and until then shows what there is
 */
export function useLoad<Value>(
  key: string,
  load: (signal: AbortSignal) => Promise<Value>,
  every_ms: number | null = null,
  amount = 1,
): Loaded<Value> {
  const { world, onUnauthorized } = useServices();
  const [loaded, setLoaded] = useState<{ key: string; value: Value } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    const attempt = async () => {
      try {
        const value = await load(stop.signal);
        if (stop.signal.aborted) return;
        setLoaded({ key, value });
        setProblem(null);
      } catch (error) {
        if (stop.signal.aborted) return;
        setProblem(problemFor(error, onUnauthorized));
      }
    };
    void repeat(world, attempt, every_ms, stop.signal);
    return () => stop.abort();
    // `load` is a new function each time; `key` says whether it loads something else.
  }, [key, amount, every_ms, round, world, onUnauthorized]);
  const reload = useCallback(() => setRound((round) => round + 1), []);
  return { value: loaded?.key === key ? loaded.value : null, problem, reload };
}

/** The problem of a failed request; what is none is a fault of the page and goes on. */
export function problemFor(error: unknown, onUnauthorized: () => void): Problem {
  if (!(error instanceof ProblemError)) throw error;
  if (error.problem.status === 401) onUnauthorized();
  return error.problem;
}

async function repeat(
  { clock }: World,
  attempt: () => Promise<void>,
  every_ms: number | null,
  signal: AbortSignal,
): Promise<void> {
  await attempt();
  while (every_ms !== null && !signal.aborted) {
    await clock.sleep(every_ms, signal);
    // Nobody looks at a page in the background.
    if (!signal.aborted && !document.hidden) await attempt();
  }
}
