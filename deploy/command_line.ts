/**
 * Whether the program takes a command line that a container or a unit gives it.
 *
 * @module
 */
import { type Command, CommanderError } from "commander";
import { Cli } from "../runtime/cli/cli.ts";
import { createWorld } from "../runtime/cli/fake_node.ts";
import { createProgram } from "../runtime/cli/program.ts";

/**
 * Has the program's own parser read a command line. Nothing of what the line says is done.
 *
 * @param args without the program's own name
 * @returns what the parser has against it; null if nothing
 */
export function commandLineFault(args: readonly string[]): string | null {
  const { world, written } = createWorld();
  const program = createProgram(new Cli(world));
  disarm(program);
  try {
    program.parse(args, { from: "user" });
    return null;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return written.stderr.trim() || error.message;
  }
}

/** Gives each command an action that does nothing; one that only groups others has none. */
function disarm(command: Command): void {
  if (command.commands.length === 0) command.action(() => {});
  for (const child of command.commands) disarm(child);
}
