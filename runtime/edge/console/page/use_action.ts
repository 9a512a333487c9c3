/**
 * Does what a person asks for, once, and says what went wrong.
 *
 * @module
 */
import { useCallback, useRef, useState } from "preact/hooks";
import { continueAction, type OpenAction } from "./action_key.ts";
import type { Problem } from "./problem.ts";
import { useServices } from "./services.ts";
import { problemFor } from "./use_load.ts";

/** Something that can be done. */
export interface Action {
  /**
   * Sends a POST, with the key of the attempt before if that was the same and is not known to be done.
   *
   * @returns the answer, or null if it went wrong
   */
  readonly post: <Answer>(path: string, body: unknown) => Promise<Answer | null>;
  /** Does something else that may go wrong. @returns whether it went well */
  readonly attempt: (perform: () => Promise<unknown>) => Promise<boolean>;
  readonly busy: boolean;
  readonly problem: Problem | null;
}

/** Something that can be done. */
export function useAction(): Action {
  const { api, world, onUnauthorized } = useServices();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const open = useRef<OpenAction | null>(null);

  const attempt = useCallback(async (perform: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    try {
      await perform();
      return true;
    } catch (error) {
      setProblem(problemFor(error, onUnauthorized));
      return false;
    } finally {
      setBusy(false);
    }
  }, [onUnauthorized]);

  const post = useCallback(async <Answer>(path: string, body: unknown): Promise<Answer | null> => {
    const what = JSON.stringify([path, body]);
    const action = continueAction(open.current, what, () => world.entropy.id("con"));
    open.current = action;
    let answer: Answer | null = null;
    const done = await attempt(async () => {
      answer = await api.post<Answer>(path, body, action.key);
    });
    if (done) open.current = null;
    return answer;
  }, [api, world, attempt]);

  return { post, attempt, busy, problem };
}
