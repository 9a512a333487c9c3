/**
 * `deno task services COMMAND…` runs a command with services for tests, and stops them afterwards.
 * Without a command they run until it is interrupted.
 *
 * Needs permission to run programs, to read where they may be, to write to the temporary folder, and
 * to use the network and the variables named in `deno.json`.
 *
 * @module
 */
import { endProgram } from "./end_program.ts";
import { Interruption } from "./interruption.ts";
import { POSTGRES, REDIS } from "./requirements.ts";
import { startServices } from "./services.ts";

/** The command in the arguments: what follows a leading `--`, which task runners hand on. */
export function parseCommand(args: readonly string[]): readonly string[] {
  return args[0] === "--" ? args.slice(1) : args;
}

/** A line for a shell that sets a variable. */
export function exportLine(name: string, value: string): string {
  return `export ${name}='${value.replaceAll("'", `'\\''`)}'`;
}

async function main(args: readonly string[]): Promise<number> {
  using interruption = new Interruption();
  const given = Object.fromEntries(
    [POSTGRES, REDIS].map(({ variable }) => [variable, Deno.env.get(variable) ?? ""]),
  );
  await using services = await startServices(given);
  interruption.check();
  const [program, ...rest] = parseCommand(args);
  if (program !== undefined) {
    return await interruption.run(program, rest, { env: services.variables });
  }
  for (const [name, value] of Object.entries(services.variables)) {
    console.log(exportLine(name, value));
  }
  return await interruption.wait();
}

if (import.meta.main) await endProgram(main);
