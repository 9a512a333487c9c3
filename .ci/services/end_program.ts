/**
 * How a program with services ends: with the code of what happened, and words for people.
 *
 * @module
 */
import { Interrupted } from "./interruption.ts";
import { ServiceError } from "./service_error.ts";

/** Runs a program; what it was asked to end for, or what services lacked, is no defect. */
export async function endProgram(
  main: (args: readonly string[]) => Promise<number>,
): Promise<void> {
  try {
    Deno.exitCode = await main(Deno.args);
  } catch (error) {
    if (error instanceof Interrupted) Deno.exitCode = error.exitCode;
    else if (error instanceof ServiceError) {
      console.error(error.message);
      Deno.exitCode = 1;
    } else throw error;
  }
}
