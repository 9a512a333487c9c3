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
interface Known<Value> {
  /** Null: nothing was loaded yet. */
  readonly value: Value | null;
  /** Null: the last attempt went well, or there was none yet. */
  readonly problem: Problem | null;
}

/** The same, and a way to have it anew. */
export interface Loaded<Value> extends Known<Value> {
  /** Loads again now. */
  readonly reload: () => void;
}

/** What is known of something that is not loaded yet. */
const NOTHING = { value: null, problem: null };

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
  const [state, setState] = useState<Known<Value> & { key: string }>({ key, ...NOTHING });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    const attempt = async () => {
      try {
        const value = await load(stop.signal);
        if (stop.signal.aborted) return;
        setState({ key, value, problem: null });
      } catch (error) {
        if (stop.signal.aborted) return;
        const problem = problemFor(error, onUnauthorized);
        setState((before) => ({ key, value: knownOf(before, key).value, problem }));
      }
    };
    void repeat(world, attempt, every_ms, stop.signal);
    return () => stop.abort();
    // `load` is a new function each time; `key` says whether it loads something else.
  }, [key, amount, every_ms, round, world, onUnauthorized]);
  const reload = useCallback(() => setRound((round) => round + 1), []);
  return { ...knownOf(state, key), reload };
}

/** Nothing that was loaded, or went wrong, under another key is said of this one. */
function knownOf<Value>(state: Known<Value> & { key: string }, key: string): Known<Value> {
  return state.key === key ? { value: state.value, problem: state.problem } : NOTHING;
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
