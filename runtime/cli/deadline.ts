/**
 * Work that may take only so long.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { CliError } from "./cli_error.ts";
import { EXIT } from "./exit_code.ts";

/**
 * Does work whose signal aborts after `ms` milliseconds.
 *
 * @throws {CliError} `timed_out` in place of what the work throws once its time is over
 */
export async function withDeadline<Result>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const [over, done] = [new AbortController(), new AbortController()];
  const timer = clock.sleep(ms, done.signal).then(() => done.signal.aborted || over.abort());
  try {
    return await work(over.signal);
  } catch (error) {
    if (!over.signal.aborted) throw error;
    throw new CliError(`No answer within ${ms} ms`, {
      exit: EXIT.timedOut,
      code: "timed_out",
      cause: error,
    });
  } finally {
    done.abort();
    await timer;
  }
}
