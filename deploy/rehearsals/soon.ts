/**
 * Waiting for what servers and controllers do by themselves.
 *
 * @module
 */
import { until } from "../../.ci/services/until.ts";
import { require } from "./rehearsal_error.ts";

/** How long it may take, in milliseconds. */
const SOON_MS = 60_000;

/**
 * Looks until it holds.
 *
 * @param what is waited for
 * @param msMax how long, in milliseconds; a minute unless given
 * @throws {RehearsalError} when it does not hold by then
 */
export async function soon(
  what: string,
  holds: () => Promise<boolean>,
  msMax = SOON_MS,
): Promise<void> {
  require(await until(holds, msMax), `Waited ${msMax / 1000} s in vain: ${what}`);
}
