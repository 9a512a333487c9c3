/**
 * The end of work on memory that nobody waits for any more.
 *
 * @module
 */
import { SynapseError } from "../errors.ts";

/**
 * Sees to it that somebody still waits; without a signal somebody does.
 *
 * @throws {SynapseError} `memory_unavailable` if the signal has aborted
 */
export function assertWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new SynapseError("memory_unavailable", "Memory is not asked any more");
  }
}
