/**
 * The world that a configuration is read from: this process's environment and files.
 *
 * @module
 */
import { systemEntropy } from "../entropy.ts";
import type { ConfigSource } from "../config.ts";

/** This process's own. Needs `--allow-env`, `--allow-read` and `--allow-sys=hostname`. */
export function systemConfigSource(): ConfigSource {
  return {
    env: Deno.env.toObject(),
    readFile,
    cwd: Deno.cwd(),
    hostName: Deno.hostname(),
    terminal: Deno.stderr.isTerminal(),
    standalone: Deno.build.standalone,
    entropy: systemEntropy,
  };
}

function readFile(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
