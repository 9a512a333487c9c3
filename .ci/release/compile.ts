/**
 * One binary: Deno's runtime with the bundle in it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { binaryTarget } from "./binary_target.ts";
import { deno } from "./deno.ts";
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
 * Makes the binary, and looks whether it is for its machine and holds the bundle as it was tested:
 * byte for byte. Deno fetches the runtime for the target, once; `DENORT_BIN` names one that is there
 * already.
 *
 * @throws {ReleaseError} if it cannot, or the binary is something else; then there is none
 */
export async function compileBinary(compilation: Compilation): Promise<void> {
  try {
    // What Deno sees of OpenTelemetry's variables now, it writes into the binary for good.
    const env = { ...compilation.env, OTEL_SDK_DISABLED: "true" };
    await deno(compileArguments(compilation), { env });
    await checkBinary(compilation);
  } catch (error) {
    await Deno.remove(compilation.output).catch(() => {});
    throw error;
  }
}

async function checkBinary({ bundle, output, target }: Compilation): Promise<void> {
  const [made, packed] = await Promise.all([Deno.readFile(output), Deno.readFile(bundle)]);
  const found = binaryTarget(made) ?? "another machine";
  if (found !== target) throw new ReleaseError(`${output} is for ${found}, wanted ${target}`);
  if (!holds(made, packed)) throw new ReleaseError(`${output} does not hold ${bundle} as it is`);
}

/** Whether those bytes are in there, one after the other. */
export function holds(whole: Uint8Array, part: Uint8Array): boolean {
  return view(whole).includes(view(part));
}

function view({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
