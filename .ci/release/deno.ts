/**
 * Deno's own commands, by the Deno that runs this.
 *
 * @module
 */
import { ReleaseError } from "./release_error.ts";

/**
 * Runs `deno` to its end, and resolves to what it prints.
 *
 * @throws {ReleaseError} with its message if it fails
 */
export async function deno(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } =
    {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { ...env, NO_COLOR: "1" },
    ...cwd === undefined ? {} : { cwd },
  }).output();
  if (!success) throw new ReleaseError(new TextDecoder().decode(stderr).trim());
  return new TextDecoder().decode(stdout);
}
