/**
 * `synapse config`: what a node would run with, or everything that is wrong with it; and a file to
 * begin with.
 *
 * @module
 */
import type { Command } from "commander";
import example from "../../deploy/config.example.yaml" with { type: "text" };
import { misspeltVariables } from "../config/misspelt.ts";
import { errorCode } from "../errors.ts";
import type { Cli } from "./cli.ts";
import { EXIT } from "./exit_code.ts";
import { group, teach } from "./help.ts";
import { readConfig } from "./load_config.ts";

/** The command with its subcommands. */
export function configCommand(cli: Cli): Command {
  return group("config", "The configuration, without starting a node", [
    teach("example", "Print a configuration file to begin with", ["config example > config.yaml"])
      .action(() => cli.terminal.write(example)),
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
