/**
 * Test support: the program as a process of its own, started as `deno task start` starts it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };
import { systemConfigSource } from "../config/system_source.ts";

/** Where the sources are, without a slash at the end. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");

/** What Deno itself needs of the environment. Nothing else is handed on, so no setting leaks in. */
const MACHINE_VARIABLES = ["HOME", "PATH", "DENO_DIR", "XDG_CACHE_HOME", "DENO_TLS_CA_STORE"];

/** A command line of the program, and the world that it sees. */
export interface ProgramRun {
  /** Arguments of the program. */
  readonly args: readonly string[];
  /** The folder that it runs in. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Arguments of `deno` up to the main module; as the task `synapse` has them unless given. */
  readonly launch?: readonly string[];
}

/** How a finished program ended. */
export interface ProgramEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `deno run …` of the task `synapse`, with another main module, or other sources, if they are given. */
export function launchArguments(main = "runtime/main.ts", root = ROOT): string[] {
  const [, ...args] = project.tasks.synapse.command.split(" ");
  return [...args.slice(0, -1), `${root}/${main}`];
}

/** Starts the program. */
export function startProgram({ args, cwd, env, launch }: ProgramRun): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...launch ?? launchArguments(), ...args],
    cwd,
    env: { ...machineEnvironment(), ...env },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs the program to its end, with that on standard input. */
export async function runProgram(run: ProgramRun, input = ""): Promise<ProgramEnd> {
  const child = startProgram(run);
  const [output] = await Promise.all([child.output(), writeInput(child, input)]);
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}

/** The variables that every process needs to run Deno here. */
export function machineEnvironment(): Record<string, string> {
  const { env } = systemConfigSource();
  return Object.fromEntries(MACHINE_VARIABLES.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value]];
  }));
}

async function writeInput({ stdin }: Deno.ChildProcess, input: string): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  } catch (error) {
    // A program that ended without reading it did not want it.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
