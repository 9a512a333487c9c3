/**
 * One binary: Deno's runtime with the bundle in it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { FEATURE_FLAGS, PERMISSION_FLAGS } from "./launch_flags.ts";
import { ReleaseError } from "./release_error.ts";

/** What is packed, for which machine, into which file. */
export interface Compilation {
  /** The bundle's file. */
  readonly bundle: string;
  /** Deno's name for the machine. */
  readonly target: string;
  readonly output: string;
  /** More of the environment of `deno compile`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Arguments of `deno`. The bundle was checked as sources, and needs no package beside it. */
export function compileArguments({ bundle, target, output }: Compilation): string[] {
  return [
    "compile",
    "--quiet",
    "--no-check",
    "--no-config",
    "--app-name",
    "synapse",
    ...FEATURE_FLAGS,
    ...PERMISSION_FLAGS,
    "--target",
    target,
    "--output",
    output,
    bundle,
  ];
}

/**
 * Makes the binary, and looks whether it holds the bundle as it was tested: byte for byte. Deno
 * fetches the runtime for the target, once; `DENORT_BIN` names one that is there already.
 *
 * @throws {ReleaseError} if it cannot, or the binary holds something else
 */
export async function compileBinary(compilation: Compilation): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: compileArguments(compilation),
    env: compilation.env ?? {},
  }).output();
  if (!success) throw new ReleaseError(new TextDecoder().decode(stderr).trim());
  const [binary, bundle] = await Promise.all([
    Deno.readFile(compilation.output),
    Deno.readFile(compilation.bundle),
  ]);
  if (!holds(binary, bundle)) {
    throw new ReleaseError(`${compilation.output} does not hold ${compilation.bundle} as it is`);
  }
}

/** Whether those bytes are in there, one after the other. */
export function holds(whole: Uint8Array, part: Uint8Array): boolean {
  return view(whole).includes(view(part));
}

function view({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
