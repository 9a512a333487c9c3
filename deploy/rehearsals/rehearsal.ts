/**
 * A rehearsal: something that operators live through, carried out for real on this machine.
 *
 * @module
 */
import { systemClock } from "../../runtime/clock.ts";
import { RehearsalError } from "./rehearsal_error.ts";

/** One, for people and for tests. */
export interface Rehearsal {
  /** Why it cannot take place on this machine, in words; null if it can. */
  obstacle(): Promise<string | null>;
  /**
   * Carries it out.
   *
   * @param print takes a line
   * @returns how many steps went well: all
   * @throws {RehearsalError} what did not go well
   */
  rehearse(print: (line: string) => void): Promise<number>;
}

/** Carries it out for a person, and ends this program with 1 unless all went well. */
export async function runRehearsal(rehearsal: Rehearsal): Promise<void> {
  const begun = systemClock.monotonic();
  try {
    await requireNoObstacle(rehearsal);
    const steps = await rehearsal.rehearse(console.log);
    const seconds = Math.round((systemClock.monotonic() - begun) / 1000);
    console.log(`\n${steps} steps in ${seconds} s, all well`);
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    console.error(error.message);
    Deno.exitCode = 1;
  }
}

/** @throws {RehearsalError} naming what keeps it from taking place, if anything does */
export async function requireNoObstacle({ obstacle }: Pick<Rehearsal, "obstacle">): Promise<void> {
  const reason = await obstacle();
  if (reason !== null) throw new RehearsalError(`Cannot rehearse here: ${reason}`);
}
