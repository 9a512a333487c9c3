/**
 * Reads the configuration of the node that this environment describes.
 *
 * @module
 */
import type { Config } from "../config.ts";
import { type ConfigFault, configInvalid } from "../config/fault.ts";
import { SynapseError } from "../errors.ts";
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
  try {
    return loadConfig({ ...systemConfigSource(), env });
  } catch (error) {
    throw namingOptions(error, given.map(([name]) => name));
  }
}

/** The error, with the options named that were given in the place of variables. */
function namingOptions(error: unknown, given: readonly string[]): unknown {
  if (!(error instanceof SynapseError) || !Array.isArray(error.data.faults)) return error;
  const faults: readonly ConfigFault[] = error.data.faults;
  return configInvalid(faults.map((fault) => {
    if (fault.source !== "environment" || !given.includes(fault.key)) return fault;
    const key = `--${fault.key.replace("SYNAPSE_", "").toLowerCase().replaceAll("_", "-")}`;
    const source = "command line";
    const message = fault.message.replace(fault.key, key).replace(
      /\(environment\)$/,
      `(${source})`,
    );
    return { key, source, message };
  }));
}
