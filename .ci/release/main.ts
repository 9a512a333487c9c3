/**
 * `deno task compile [--all | TARGET…]`: binaries in `dist/`, with their checksums. Prints each one's
 * size and, for the bundle and this machine's own, how long it takes to start.
 *
 * Needs permission to run programs, to read and write `dist/`, and to see `DENORT_BIN`.
 *
 * @module
 */
import { VERSION } from "../../runtime/version.ts";
import { BUNDLE_NAME, bundleProgram, DIST } from "./bundle.ts";
import { checksumLine, CHECKSUMS_NAME } from "./checksums.ts";
import { compileBinary } from "./compile.ts";
import { BUNDLE_FLAGS } from "./launch_flags.ts";
import { ReleaseError } from "./release_error.ts";
import { type Binary, wantedBinaries } from "./targets.ts";

async function main(args: readonly string[]): Promise<void> {
  const binaries = wantedBinaries(args, Deno.build.target);
  const standIn = Deno.env.get("DENORT_BIN");
  await Deno.mkdir(DIST, { recursive: true });
  const bundle = `${DIST}/${BUNDLE_NAME}`;
  await bundleProgram(bundle);
  const launch = [Deno.execPath(), "run", ...BUNDLE_FLAGS, bundle] as const;
  let checksums = await report(BUNDLE_NAME, await startTime(launch));
  for (const binary of binaries) {
    const output = `${DIST}/${binary.file}`;
    await compileBinary({ bundle, output, target: binary.target });
    checksums += await report(binary.file, await binaryStartTime(binary, standIn));
  }
  await Deno.writeTextFile(`${DIST}/${CHECKSUMS_NAME}`, checksums);
}

/** Prints a line about a file of `dist/`; resolves to its checksum. */
async function report(name: string, note = ""): Promise<string> {
  const content = await Deno.readFile(`${DIST}/${name}`);
  const size = (content.byteLength / 1e6).toFixed(1);
  console.log(`dist/${name}  ${size} MB${note}`);
  return await checksumLine(name, content);
}

async function binaryStartTime({ file, target }: Binary, standIn?: string): Promise<string> {
  if (target !== Deno.build.target) return "  not run: it is for another machine";
  if (standIn !== undefined) return "  not run: DENORT_BIN names its runtime";
  return await startTime([`${DIST}/${file}`]);
}

/** Runs the program once, and requires that it answers as this version. */
async function startTime([command, ...args]: readonly [string, ...string[]]): Promise<string> {
  const begun = performance.now();
  const { stdout } = await new Deno.Command(command, { args: [...args, "version", "--json"] })
    .output();
  const ms = Math.round(performance.now() - begun);
  const said = new TextDecoder().decode(stdout).trim();
  if (!said.includes(`"version": "${VERSION}"`)) {
    const what = args.at(-1) ?? command;
    throw new ReleaseError(`${what} says ${said || "nothing"}, wanted version ${VERSION}`);
  }
  return `  starts in ${ms} ms`;
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    console.error(error.message);
    Deno.exitCode = 1;
  }
}
