/**
 * A release: the bundle and binaries in a folder, with their checksums.
 *
 * @module
 */
import { VERSION } from "../../runtime/version.ts";
import { BUNDLE_NAME } from "./bundle.ts";
import { checksumLine, CHECKSUMS_NAME, removeChecksums } from "./checksums.ts";
import { compileBinary, holds } from "./compile.ts";
import { BUNDLE_FLAGS } from "./launch_flags.ts";
import { ReleaseError } from "./release_error.ts";
import { type Binary, BINARY_NAMES } from "./targets.ts";

/** What is made, and where. */
export interface Release {
  /** The folder. It is there. */
  readonly folder: string;
  readonly binaries: readonly Binary[];
  /** Writes the bundle into a file. */
  readonly bundle: (file: string) => Promise<void>;
  /** What the program has to say that it is made from. */
  readonly revision: string;
  /** A runtime that is packed instead of the target's own. A binary with it is not run. */
  readonly standIn?: string | undefined;
  /** Takes a line about each file: its size, and how long it takes to start. */
  readonly print: (line: string) => void;
}

/**
 * Makes it. The checksums are of all binaries in the folder that hold this bundle, also those made
 * before; there are none unless all went well.
 *
 * @throws {ReleaseError} if a file cannot be made, or is not this program for its machine
 */
export async function makeRelease(release: Release): Promise<void> {
  const { folder, binaries, standIn, print } = release;
  await removeChecksums(folder);
  const bundle = `${folder}/${BUNDLE_NAME}`;
  await release.bundle(bundle);
  const launch = [Deno.execPath(), "run", ...BUNDLE_FLAGS, bundle] as const;
  print(await describeFile(folder, BUNDLE_NAME) + await startTime(launch, release));
  for (const { file, target } of binaries) {
    const output = `${folder}/${file}`;
    const env: Record<string, string> = standIn ? { DENORT_BIN: standIn } : {};
    await compileBinary({ bundle, output, target, env });
    const runs = target === Deno.build.target && !standIn;
    const why = standIn ? "DENORT_BIN names its runtime" : "it is for another machine";
    const start = runs ? await startTime([output], release) : `  not run: ${why}`;
    print(await describeFile(folder, file) + start);
  }
  await Deno.writeTextFile(`${folder}/${CHECKSUMS_NAME}`, await checksums(folder, print));
}

async function checksums(folder: string, print: Release["print"]): Promise<string> {
  const bundle = await Deno.readFile(`${folder}/${BUNDLE_NAME}`);
  let lines = await checksumLine(BUNDLE_NAME, bundle);
  for await (const { name } of Deno.readDir(folder)) {
    if (!BINARY_NAMES.includes(name)) continue;
    const binary = await Deno.readFile(`${folder}/${name}`);
    if (holds(binary, bundle)) lines += await checksumLine(name, binary);
    else print(`${name} holds another bundle: it is not in ${CHECKSUMS_NAME}`);
  }
  return lines;
}

async function describeFile(folder: string, name: string): Promise<string> {
  const { size } = await Deno.stat(`${folder}/${name}`);
  return `${name}  ${(size / 1e6).toFixed(1)} MB`;
}

/** Runs the program once, and requires that it answers as this version and revision. */
async function startTime(
  [command, ...args]: readonly [string, ...string[]],
  { revision }: Release,
): Promise<string> {
  const begun = performance.now();
  const { stdout } = await new Deno.Command(command, { args: [...args, "version", "--json"] })
    .output();
  const ms = Math.round(performance.now() - begun);
  const said = new TextDecoder().decode(stdout).trim();
  const wanted = [`"version": "${VERSION}"`, `"revision": ${JSON.stringify(revision)}`];
  if (wanted.some((line) => !said.includes(line))) {
    const what = args.at(-1) ?? command;
    throw new ReleaseError(`${what} says ${said || "nothing"}, wanted ${wanted.join(", ")}`);
  }
  return `  starts in ${ms} ms`;
}
