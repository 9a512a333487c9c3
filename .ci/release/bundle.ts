/**
 * `deno task bundle`: the whole program with its packages, migrations and worker in one file of
 * JavaScript, `dist/synapse.js`. It is what the tests run, what the binaries hold and what the
 * container image runs. Everybody who bundles a commit gets the same file.
 *
 * Needs permission to run Deno and git, to read and write the sources' folder, and to see
 * `SYNAPSE_REVISION`.
 *
 * @module
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { removeChecksums } from "./checksums.ts";
import { deno } from "./deno.ts";
import { endIfRefused, ReleaseError } from "./release_error.ts";
import { readRevision, REVISION_VARIABLE } from "./revision.ts";

/** Where the sources are, without a slash at the end. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");

/** Where releases are made. */
export const DIST = `${ROOT}/dist`;

/** The bundle's name in `dist/`. */
export const BUNDLE_NAME = "synapse.js";

/** What is bundled. */
export interface Bundling {
  /** The sources' folder; this one's unless given. */
  readonly root?: string;
  /** The revision that the program says it is; the checkout's unless given. */
  readonly revision?: string;
}

/**
 * Bundles the program into that file. The first time Deno fetches its bundler from npm.
 *
 * @throws {ReleaseError} if it cannot
 */
export async function bundleProgram(
  file: string,
  { root = ROOT, revision }: Bundling = {},
): Promise<void> {
  const said = revision ?? await readRevision(root);
  const args = ["bundle", "--quiet", "--platform", "deno", "-o", file, "runtime/main.ts"];
  await deno(args, { cwd: root });
  const { npmCache } = JSON.parse(await deno(["info", "--json"], { cwd: root }));
  const packages = relative(await Deno.realPath(root), await Deno.realPath(npmCache));
  await Deno.writeTextFile(file, finish(await Deno.readTextFile(file), packages, said));
}

/**
 * The bundle without what only concerns its builder, and with its revision, where `runtime/version.ts`
 * looks for it. Names and lines stay: that is what an error's stack in a log is read by.
 *
 * @param bundle as Deno makes it, with each module's path relative to the sources
 * @param packages the folder of packages, relative to the sources; in it is one for each registry
 * @throws {ReleaseError} if no module is from there
 */
export function finish(bundle: string, packages: string, revision: string): string {
  const folder = new RegExp(`(^// |^ +")${RegExp.escape(packages)}/[^/\\s]+/`, "gm");
  const plain = bundle.replaceAll(folder, "$1npm/");
  if (plain === bundle) throw new ReleaseError(`The bundle has no module from ${packages}`);
  return `const ${REVISION_VARIABLE} = ${JSON.stringify(revision)};\n${plain}`;
}

async function main(): Promise<void> {
  const revision = await readRevision(ROOT, Deno.env.get(REVISION_VARIABLE));
  await Deno.mkdir(DIST, { recursive: true });
  await removeChecksums(DIST);
  await bundleProgram(`${DIST}/${BUNDLE_NAME}`, { revision });
  console.log(`dist/${BUNDLE_NAME}, revision ${revision}`);
}

if (import.meta.main) await endIfRefused(main);
