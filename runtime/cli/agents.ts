/**
 * `synapse agents`: the definitions that sessions start from.
 *
 * @module
 */
import { basename, extname } from "node:path";
import type { Command } from "commander";
import { errorMessage } from "../errors.ts";
import type { ApiAgent, ApiAgentList, ApiAgentStored } from "./api_types.ts";
import type { Cli } from "./cli.ts";
import { CliError } from "./cli_error.ts";
import { apiPath } from "./client.ts";
import { EXIT } from "./exit_code.ts";
import { group, teach } from "./help.ts";
import { formatTable } from "./table.ts";

/** The command with its subcommands. */
export function agentsCommand(cli: Cli): Command {
  return group("agents", "List, show and change agents", [
    teach("ls", "List the agents", ["agents ls"]).action(() => list(cli)),
    teach("show <name>", "Print the newest version of an agent as JSON", ["agents show assistant"])
      .action((name) => show(cli, name)),
    teach("put <file>", "Store an agent from a YAML or JSON file as a new version", [
      "agents put researcher.yaml",
      "agents put spec.json --name researcher",
    ])
      .option("--name <name>", "the agent's name; the file's own name unless given")
      .action((file, options) => put(cli, file, options)),
  ]);
}

async function list(cli: Cli): Promise<void> {
  const agents = await cli.client().get<ApiAgentList>(apiPath("agents"));
  cli.show(agents, () =>
    formatTable(
      ["NAME", "VERSION", "MODEL", "SKILLS", "CREATED"],
      agents.items.map(({ name, version, spec, created_at }) => [
        name,
        version,
        spec.model ?? "(default)",
        spec.skills.join(" "),
        created_at,
      ]),
    ));
}

async function show(cli: Cli, name: string): Promise<void> {
  cli.printJson(await cli.client().get<ApiAgent>(apiPath("agents", name)));
}

async function put(cli: Cli, file: string, options: { readonly name?: string }): Promise<void> {
  const name = options.name ?? basename(file, extname(file));
  const spec = await readSpec(file);
  const stored = await cli.client().put<ApiAgentStored>(apiPath("agents", name), spec);
  cli.show(stored, () => `Stored ${stored.name}, version ${stored.version}`);
  if (!cli.json) {
    for (const warning of stored.warnings) {
      cli.terminal.note(`Warning: ${warning}`);
    }
  }
}

/** JSON is YAML too, so one reader serves both. */
async function readSpec(file: string): Promise<unknown> {
  const { parse } = await import("yaml");
  try {
    return parse(await Deno.readTextFile(file));
  } catch (error) {
    throw new CliError(`Cannot read an agent from ${file}: ${errorMessage(error)}`, {
      exit: EXIT.usage,
      code: "file_invalid",
      cause: error,
    });
  }
}
