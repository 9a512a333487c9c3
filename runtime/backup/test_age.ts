/**
 * Test support: the programs of age themselves, where they are installed.
 *
 * @module
 */
import assert from "node:assert/strict";

/** Why they cannot be run here; null if they can. */
const missing = await whyMissing();
if (missing !== null) console.log(`No age: ${missing} (Debian: apt-get install age)`);

/** The programs. */
export const agePrograms = {
  missing,

  /** Makes a key pair in a file. @returns the public key */
  async keygen(path: string): Promise<string> {
    await output("age-keygen", ["-o", path]);
    return new TextDecoder().decode(await output("age-keygen", ["-y", path])).trim();
  },

  /** Runs `age` on bytes. */
  run(args: readonly string[], input: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return output("age", args, input);
  },
};

async function whyMissing(): Promise<string | null> {
  try {
    for (const name of ["age", "age-keygen"]) await output(name, ["--version"]);
    return null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return error.message;
    throw error;
  }
}

async function output(
  name: string,
  args: readonly string[],
  input = new Uint8Array(),
): Promise<Uint8Array<ArrayBuffer>> {
  const child = new Deno.Command(name, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writing = ReadableStream.from([input]).pipeTo(child.stdin);
  const { success, stdout, stderr } = await child.output();
  await writing;
  assert.ok(success, new TextDecoder().decode(stderr));
  return stdout;
}
