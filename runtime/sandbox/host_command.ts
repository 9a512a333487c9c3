/**
 * How a skill host is started: as this same program with another subcommand.
 *
 * @module
 */
import { pick } from "./pick.ts";

/** A program, its arguments, and the variables that it needs itself. */
export interface HostCommand {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Where `deno run` finds what it has cached. */
const CACHE_VARIABLES = ["HOME", "DENO_DIR", "XDG_CACHE_HOME"];

/** What this machine's network and clock need of a program that talks to others. */
const SITE_VARIABLES = ["DENO_CERT", "DENO_TLS_CA_STORE", "TZ"];

/**
 * The command for this program. A compiled one has its permissions built in; from source or from a
 * bundle, Deno is told them. Either way the host gives up what its skills do not need: these are what
 * any skill might.
 *
 * @param env the server's environment
 * @param main URL of the program's main module; this one's unless given
 */
export function hostCommand(
  env: Readonly<Record<string, string>>,
  main: string = Deno.mainModule,
): HostCommand {
  const path = Deno.execPath();
  if (Deno.build.standalone) {
    return { path, args: ["skill-host"], env: pick(env, SITE_VARIABLES) };
  }
  const flags = [
    "--no-prompt",
    "--cached-only",
    "--no-remote",
    "--unstable-worker-options",
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-env",
  ];
  return {
    path,
    args: ["run", ...flags, main, "skill-host"],
    env: pick(env, [...CACHE_VARIABLES, ...SITE_VARIABLES]),
  };
}
