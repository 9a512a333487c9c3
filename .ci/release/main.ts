/**
 * `deno task compile [--all | TARGET…]`: binaries in `dist/`, with their checksums. Prints each one's
 * size and, for the bundle and this machine's own, how long it takes to start.
 *
 * Needs permission to run programs, to read and write `dist/`, and to see `DENORT_BIN` and
 * `SYNAPSE_REVISION`.
 *
 * @module
 */
import { bundleProgram, DIST, ROOT } from "./bundle.ts";
import { makeRelease } from "./release.ts";
import { endIfRefused } from "./release_error.ts";
import { readRevision, REVISION_VARIABLE } from "./revision.ts";
import { wantedBinaries } from "./targets.ts";

async function main(): Promise<void> {
  const binaries = wantedBinaries(Deno.args, Deno.build.target);
  const revision = await readRevision(ROOT, Deno.env.get(REVISION_VARIABLE));
  await Deno.mkdir(DIST, { recursive: true });
  console.log(`Revision ${revision}, into dist/`);
  await makeRelease({
    folder: DIST,
    binaries,
    bundle: (file) => bundleProgram(file, { revision }),
    revision,
    standIn: Deno.env.get("DENORT_BIN"),
    print: (line) => console.log(line),
  });
}

if (import.meta.main) await endIfRefused(main);
