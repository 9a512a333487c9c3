/**
 * For tests: configurations from texts, and the faults of wrong ones.
 *
 * @module
 */
import { type ConfigSource, loadConfig } from "../config.ts";
import { errorCode, errorMessage } from "../errors.ts";

/** A world with these variables, this file whatever its path, and always the same random numbers. */
export function sourceOf(
  env: Readonly<Record<string, string>> = {},
  file: string | null = null,
): ConfigSource {
  return {
    env,
    readFile: () => file,
    cwd: "/srv/node",
    hostName: "box",
    entropy: { random: () => 0, id: (prefix) => `${prefix}_00000000000000000012345678` },
  };
}

/** The lines of the fault that loading ends with, without its heading; none when it loads. */
export function faultsOf(
  env: Readonly<Record<string, string>>,
  file: string | null = null,
): string[] {
  try {
    loadConfig(sourceOf(env, file));
    return [];
  } catch (error) {
    if (errorCode(error) !== "config_invalid") throw error;
    return errorMessage(error).split("\n").slice(1).map((line) => line.trim());
  }
}
