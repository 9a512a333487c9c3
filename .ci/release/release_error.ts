/**
 * What goes wrong with a release.
 *
 * @module
 */

/** A file cannot be made, or is not what it should be. A stack would not help. */
export class ReleaseError extends Error {
  override readonly name = "ReleaseError";
}

/** Runs a task. With a {@link ReleaseError} it prints the message and ends with 1. */
export async function endIfRefused(task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    console.error(error.message);
    Deno.exitCode = 1;
  }
}
