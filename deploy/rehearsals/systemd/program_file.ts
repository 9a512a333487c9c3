/**
 * Programs to install: the bundle and the Deno that it is tested with, in the place of a binary.
 *
 * @module
 */
import { BUNDLE_FLAGS } from "../../../.ci/release/launch_flags.ts";
import type { Mounts } from "./system_tree.ts";

/** Where the machine has Deno, the bundle and `deploy/`. */
const RUNTIME = "/opt/runtime";
const DENO = `${RUNTIME}/deno`;
const BUNDLE = `${RUNTIME}/synapse.js`;

/** Where the machine has `deploy/`. */
export const DEPLOY = `${RUNTIME}/deploy`;

/** What is wrong with a release: it accepts everything, and its node never says that it is ready. */
export type Defect = "silent";

/** What the machine shows of this one for that. */
export function programMounts(bundle: string, deploy: string): Mounts {
  return { [Deno.execPath()]: DENO, [bundle]: BUNDLE, [deploy]: DEPLOY };
}

/**
 * A release: a file that runs the program. Releases of different names are different ones to
 * `install.sh`, which tells them apart by their checksums.
 */
export function programFile(name: string, defect: Defect | null = null): string {
  const silence = defect === null ? "" : `[ "$1" = serve ] && exec sleep infinity\n`;
  return `#!/bin/sh
# ${name}
${silence}exec ${DENO} run ${BUNDLE_FLAGS.join(" ")} ${BUNDLE} "$@"
`;
}
