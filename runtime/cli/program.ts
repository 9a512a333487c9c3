/**
 * The whole command line: all commands, the options they share, and what becomes of an error.
 *
 * @module
 */
import { Command, CommanderError } from "commander";
import { errorCode, errorMessage, SynapseError } from "../errors.ts";
import { VERSION } from "../version.ts";
import { agentsCommand } from "./agents.ts";
import { approvalsCommand } from "./approvals.ts";
import { auditCommand } from "./audit.ts";
import { backupCommand } from "./backup.ts";
import { benchCommand } from "./bench.ts";
import { chatCommand } from "./chat.ts";
import { Cli, type CliWorld } from "./cli.ts";
import { CliError } from "./cli_error.ts";
import { configCommand } from "./config.ts";
import { deadLettersCommand } from "./dead_letters.ts";
import { doctorCommand } from "./doctor.ts";
import { EXIT, EXIT_HELP, type ExitCode } from "./exit_code.ts";
import { healthCommand } from "./health.ts";
import { memoryCommand } from "./memory.ts";
import { mendOf } from "./mends.ts";
import { migrateCommand } from "./migrate.ts";
import { migrateStoreCommand } from "./migrate_store.ts";
import { nodesCommand } from "./nodes.ts";
import { restoreCommand } from "./restore.ts";
import { sendCommand } from "./send.ts";
import { serveCommand } from "./serve.ts";
import { sessionsCommand } from "./sessions.ts";
import { skillsCommand } from "./skills.ts";
import { versionCommand } from "./version.ts";

const START = `
Start in three steps:
  synapse serve                     1. run a node: no services, no keys
  synapse chat                      2. in another terminal: talk to the demo agent
  synapse approvals ls              3. see what it wants to do and may not do alone

${EXIT_HELP}

\`synapse <command> --help\` has examples of each.`;

/**
 * Runs one command line.
 *
 * @param args without the program's own name
 * @returns what to end the process with
 */
export async function runCommandLine(args: readonly string[], world: CliWorld): Promise<ExitCode> {
  const cli = new Cli(world);
  try {
    await createProgram(cli).parseAsync(args, { from: "user" });
    return cli.exit;
  } catch (error) {
    return report(cli, error);
  }
}

/** The parser with all commands. */
export function createProgram(cli: Cli): Command {
  const program = new Command("synapse")
    .description("A runtime for agents that live long: each session is a durable actor.")
    .version(VERSION, "-V, --version", "print the version")
    .option("--url <url>", "where the node is (SYNAPSE_URL, else SYNAPSE_HOST and SYNAPSE_PORT)")
    .option("--api-key <key>", "the node's key (better in SYNAPSE_API_KEY: others see options)")
    .option("--json", "print JSON: one document, or one line for each item of a stream")
    .addHelpText("after", START)
    .hook("preAction", (_program, action) => cli.configure(action.optsWithGlobals()));
  for (const create of COMMANDS) program.addCommand(create(cli));
  inheritSettings(program, cli);
  return program;
}

const COMMANDS = [
  serveCommand,
  chatCommand,
  sendCommand,
  sessionsCommand,
  approvalsCommand,
  deadLettersCommand,
  agentsCommand,
  skillsCommand,
  memoryCommand,
  nodesCommand,
  auditCommand,
  migrateCommand,
  backupCommand,
  restoreCommand,
  migrateStoreCommand,
  benchCommand,
  configCommand,
  doctorCommand,
  healthCommand,
  versionCommand,
] as const;

/** Makes every command throw instead of ending the process, and write to the terminal it was given. */
function inheritSettings(command: Command, cli: Cli): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => cli.terminal.write(text),
      writeErr: (text) => cli.terminal.note(text.trimEnd()),
    });
  for (const child of command.commands) inheritSettings(child, cli);
}

/** Says what went wrong, on standard error, and gives the exit code that belongs to it. */
function report(cli: Cli, error: unknown): ExitCode {
  // Commander has written its own message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  // Whoever read standard output has seen enough, as `head` does.
  if (error instanceof Deno.errors.BrokenPipe) return EXIT.ok;
  const exit = exitOf(error);
  const code = error instanceof CliError ? error.code : errorCode(error);
  const hint = error instanceof CliError ? error.hint : mendOf(error);
  if (cli.json) {
    const data = error instanceof SynapseError ? error.data : {};
    cli.terminal.note(
      JSON.stringify({ error: { code, message: errorMessage(error), hint, exit, data } }),
    );
    return exit;
  }
  cli.terminal.note(`synapse: ${errorMessage(error)}`);
  if (hint !== null) cli.terminal.note(hint);
  // A defect: whoever reports it needs the place.
  if (code === "internal" && error instanceof Error && error.stack) cli.terminal.note(error.stack);
  return exit;
}

function exitOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exit;
  const code = errorCode(error);
  if (code === "config_invalid") return EXIT.usage;
  return code === "node_superseded" ? EXIT.superseded : EXIT.failed;
}
