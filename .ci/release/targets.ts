/**
 * The machines that binaries are made for.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { ReleaseError } from "./release_error.ts";

/** Each by the name that its file has, with Deno's name for it. */
export const TARGETS = {
  "linux-x64": "x86_64-unknown-linux-gnu",
  "linux-arm64": "aarch64-unknown-linux-gnu",
  "macos-x64": "x86_64-apple-darwin",
  "macos-arm64": "aarch64-apple-darwin",
} as const;

/** A machine's name. */
export type TargetName = keyof typeof TARGETS;

/** The binary for the machine that makes it. */
const OWN_NAME = "synapse";

const fileOf = (name: string) => `${OWN_NAME}-${name}`;

/** The names that binaries have in `dist/`. */
export const BINARY_NAMES: readonly string[] = [OWN_NAME, ...Object.keys(TARGETS).map(fileOf)];

/** What is to be made. */
export interface Binary {
  /** The file in `dist/`. */
  readonly file: string;
  /** Deno's name for the machine. */
  readonly target: string;
}

/**
 * What the command line asks for: without a word `dist/synapse` for this machine, with `--all` or
 * names of targets one file for each, called after it.
 *
 * @param args of the command line
 * @param host Deno's name for this machine
 * @throws {ReleaseError} for a target that is not known
 */
export function wantedBinaries(args: readonly string[], host: string): Binary[] {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { all: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const names = values.all ? Object.keys(TARGETS) : positionals;
  if (names.length === 0) return [{ file: OWN_NAME, target: host }];
  return names.map((name) => {
    if (!isTarget(name)) {
      const known = Object.keys(TARGETS).join(", ");
      throw new ReleaseError(`Target is ${name}, wanted one of ${known}, or --all`);
    }
    return { file: fileOf(name), target: TARGETS[name] };
  });
}

function isTarget(name: string): name is TargetName {
  return Object.hasOwn(TARGETS, name);
}
