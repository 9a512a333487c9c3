/**
 * What `--help` adds to each command: examples to copy, and the exit codes.
 *
 * @module
 */
import { Command, InvalidArgumentError } from "commander";
import type { Json } from "../../actors/behavior.ts";
import { EXIT_HELP } from "./exit_code.ts";

/**
 * Makes a command with its one-line purpose and its examples.
 *
 * @param usage name and arguments, as in `show <id>`
 * @param examples command lines without the leading `synapse`
 */
export function teach(usage: string, purpose: string, examples: readonly string[]): Command {
  const [name = "", ...args] = usage.split(" ");
  const command = new Command(name).description(purpose);
  for (const argument of args) command.argument(argument);
  const lines = examples.map((example) => `  synapse ${example}`).join("\n");
  return command.addHelpText("after", `\nExamples:\n${lines}\n\n${EXIT_HELP}`);
}

/** Makes a command that only groups others. */
export function group(name: string, purpose: string, commands: readonly Command[]): Command {
  const parent = new Command(name).description(purpose).addHelpText("after", `\n${EXIT_HELP}`);
  for (const command of commands) parent.addCommand(command);
  return parent;
}

/** Reads an option that is a whole number of at least `low`. */
export function wholeNumber(low: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < low) {
      throw new InvalidArgumentError(`Wanted a whole number of at least ${low}`);
    }
    return value;
  };
}

/** Collects an option that may be given several times. */
export function severalTimes(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** Reads an option that is a duration, such as 500ms, 30s, 5m or 2h. @returns milliseconds */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (match === null) {
    throw new InvalidArgumentError("Wanted a duration such as 500ms, 30s, 5m, 2h");
  }
  const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] ?? "s"] ?? 1000;
  return Math.round(Number(match[1]) * unitMs);
}

/** A JSON option's value, wrapped because commander takes a bare `null` for none. */
export interface JsonOption {
  readonly json: Json;
}

/** Reads an option that is JSON. */
export function jsonOption(text: string): JsonOption {
  try {
    return { json: JSON.parse(text) };
  } catch {
    throw new InvalidArgumentError('Wanted JSON, such as \'{"city":"Berlin"}\'');
  }
}
