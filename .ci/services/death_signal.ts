/**
 * Servers that end with the one who started them.
 *
 * @module
 */

/**
 * What to put before a command so that its process gets a signal when the one that started it ends,
 * however that ends: nobody can stop servers after having been killed. Nothing where the system has
 * no such thing; on Linux it is in util-linux.
 *
 * The kernel counts the thread that started the process. In a test run, that is its test module's.
 */
export async function deathSignalPrefix(signal: Deno.Signal): Promise<string[]> {
  const prefix = ["setpriv", "--pdeathsig", signal.replace("SIG", "")];
  const [program = "", ...args] = prefix;
  try {
    const { success } = await new Deno.Command(program, { args: [...args, "true"] }).output();
    return success ? prefix : [];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
