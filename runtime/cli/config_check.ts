/**
 * `synapse config check`: what a node would run with, or everything that is wrong with it.
 *
 * @module
 */
import type { Command } from "commander";
import { misspeltVariables } from "../config/misspelt.ts";
import { errorCode } from "../errors.ts";
import type { Cli } from "./cli.ts";
import { EXIT } from "./exit_code.ts";
import { group, teach } from "./help.ts";
import { readConfig } from "./load_config.ts";

/** The command with its subcommand. */
export function configCommand(cli: Cli): Command {
  return group("config", "Check the configuration without starting a node", [
    teach("check", "Print the effective configuration, secrets masked, or every fault in it", [
      "config check",
      "config check --config deploy/config.example.yaml --json",
    ])
      .option("--config <file>", "the configuration file (SYNAPSE_CONFIG)")
      .action((options) => check(cli, options)),
  ]);
}

async function check(cli: Cli, options: { readonly config?: string }): Promise<void> {
  const warnings = misspeltVariables(cli.world.env).map(({ message }) => message);
  if (!cli.json) {
    for (const warning of warnings) cli.terminal.note(`Warning: ${warning}`);
  }
  const config = await readConfig(cli.world, { SYNAPSE_CONFIG: options.config }).catch((error) => {
    if (!cli.json || errorCode(error) !== "config_invalid") throw error;
    cli.printJson({ valid: false, faults: error.data.faults, warnings });
    cli.exit = EXIT.usage;
  });
  if (!config) return;
  const { describeConfig } = await import("../config.ts");
  const described = describeConfig(config);
  if (cli.json) return cli.printJson({ valid: true, config: described, warnings });
  const { stringify } = await import("yaml");
  cli.terminal.write(stringify(described));
}
