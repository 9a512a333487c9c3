/**
 * Reads the configuration of the node that this environment describes.
 *
 * @module
 */
import type { Config } from "../config.ts";
import type { CliWorld } from "./cli.ts";

/** Environment variables that command-line options stand for. */
export type Overrides = Readonly<Record<string, string | undefined>>;

/**
 * Reads file and environment.
 *
 * @param overrides win over the environment unless undefined
 * @throws {SynapseError} `config_invalid`, one line per fault
 */
export async function readConfig(world: CliWorld, overrides: Overrides = {}): Promise<Config> {
  const [{ loadConfig }, { systemConfigSource }] = await Promise.all([
    import("../config.ts"),
    import("../config/system_source.ts"),
  ]);
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  const env = { ...world.env, ...Object.fromEntries(given) };
  return loadConfig({ ...systemConfigSource(), env });
}
