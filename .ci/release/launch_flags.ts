/**
 * What the shipped program may do, however it is packed: flags of `deno run` and `deno compile`.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" };

/**
 * What the system is asked for: a node's name, the memory that its metrics compare with, and the free
 * space that `synapse doctor` looks at. No user's name, no list of interfaces, no process table.
 */
const SYSTEM_FACTS = ["hostname", "systemMemoryInfo", "statfs"];

/**
 * The permissions of a program whose folders, hosts and variables only its configuration knows. Where
 * they are known, as in the container image, they are narrower. It loads no code over the network and
 * no native library; nobody is there to answer a prompt.
 */
export const PERMISSION_FLAGS: readonly string[] = [
  "--no-prompt",
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-run",
  `--allow-sys=${SYSTEM_FACTS.join(",")}`,
  "--deny-import",
  "--deny-ffi",
];

/** The unstable features that the sources are checked with. */
export const FEATURE_FLAGS: readonly string[] = config.unstable.map((name) => `--unstable-${name}`);

/** How Deno runs the bundle: it has all in itself, so nothing around it may change what runs. */
export const BUNDLE_FLAGS: readonly string[] = [
  "--no-config",
  "--no-remote",
  "--no-npm",
  "--cached-only",
  ...FEATURE_FLAGS,
  ...PERMISSION_FLAGS,
];
