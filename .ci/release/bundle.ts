/**
 * `deno task bundle`: the whole program with its packages, migrations and worker in one file of
 * JavaScript, `dist/synapse.js`. It is what the tests run, what the binaries hold and what the
 * container image runs.
 *
 * Needs permission to run Deno, and to read and write the sources' folder.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { ReleaseError } from "./release_error.ts";

/** Where the sources are, without a slash at the end. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");

/** Where releases are made. */
export const DIST = `${ROOT}/dist`;

/** The bundle's name in `dist/`. */
export const BUNDLE_NAME = "synapse.js";

/**
 * Bundles the program into that file. The first time Deno fetches its bundler from npm.
 *
 * @throws {ReleaseError} if it cannot
 */
export async function bundleProgram(file: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "deno", "-o", file, "runtime/main.ts"],
    cwd: ROOT,
  }).output();
  if (!success) throw new ReleaseError(new TextDecoder().decode(stderr).trim());
}

if (import.meta.main) {
  await Deno.mkdir(DIST, { recursive: true });
  await bundleProgram(`${DIST}/${BUNDLE_NAME}`);
}
