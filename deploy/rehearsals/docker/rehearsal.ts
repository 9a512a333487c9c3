/**
 * The rehearsal on an engine of its own, as a program that tidies up after itself, however who waits for
 * it ends.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { deathSignalPrefix } from "../../../.ci/services/death_signal.ts";
import { end, type Words } from "../command.ts";
import { programObstacle, type ProgramPackages } from "../programs.ts";
import { RehearsalError, require } from "../rehearsal_error.ts";
import { SUITE } from "./base_images.ts";
import { debianMirror } from "./debian.ts";
import { ENGINE_PROGRAMS, PrivateEngine } from "./private_engine.ts";

/** What it needs. */
export const PROGRAMS: ProgramPackages = ENGINE_PROGRAMS;

/** How long the mirror may take to answer, in seconds. */
const MIRROR_SECONDS = 20;

const PROGRAM = fileURLToPath(new URL("../docker.ts", import.meta.url));

/** The end of what the program prints. */
const WELL = /^(\d+) steps in \d+ s, all well$/;

/** Why it cannot take place on this machine; null if it can: an engine was started, and ended. */
export async function obstacle(): Promise<string | null> {
  return await unmet() ?? await engineObstacle();
}

/** The same, but for whether an engine starts: whoever starts one is told by that. */
export async function unmet(): Promise<string | null> {
  if (Deno.build.os !== "linux") return "it needs Linux";
  if (Deno.uid() !== 0) return "an engine of its own needs root";
  return await programObstacle(PROGRAMS) ?? await mirrorObstacle();
}

/**
 * Carries it out.
 *
 * @param print takes a line
 * @returns how many steps went well: all
 * @throws {RehearsalError} if one did not, which it has printed
 */
export async function rehearse(print: (line: string) => void): Promise<number> {
  const words = [Deno.execPath(), "run", "--no-prompt", "-P=test", PROGRAM];
  const [program, ...args] = [...await deathSignalPrefix("SIGTERM"), ...words] as unknown as Words;
  const child = new Deno.Command(program, { args, stdin: "null", stdout: "piped" }).spawn();
  let last = "";
  for await (const line of createInterface({ input: Readable.fromWeb(child.stdout) })) {
    print(line);
    if (line !== "") last = line;
  }
  const { code } = await child.status;
  const steps = WELL.exec(last)?.[1];
  require(code === 0 && steps !== undefined, `It ended with ${code}`);
  return Number(steps);
}

/** Its packages become the images. Asked by the program that debootstrap asks with. */
async function mirrorObstacle(): Promise<string | null> {
  const url = `${await debianMirror()}/dists/${SUITE}/Release`;
  const ask = [
    "wget",
    "--quiet",
    "--spider",
    `--timeout=${MIRROR_SECONDS}`,
    "--tries=2",
    url,
  ] as const;
  return (await end(ask)).code === 0 ? null : `a mirror of Debian does not answer: ${url}`;
}

async function engineObstacle(): Promise<string | null> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_engine_" });
  try {
    await using _engine = await PrivateEngine.start(folder);
    return null;
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    return error.message.replaceAll(/\s+/g, " ");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
