/**
 * Who may import whom.
 *
 * - `actors/` imports nothing from `runtime/`, and from `skills/` only types; `skills/` imports neither.
 * - Code that does the work imports ports. Adapters are chosen in one place.
 *
 * @module
 */
import { localImports } from "./imports.ts";
import { type Fault, isCode, isTest, type SourceFile } from "./source_file.ts";

/** The adapters, one pattern each: what a pattern matches is one adapter and may import itself. */
const ADAPTERS: readonly RegExp[] = [
  /^runtime\/journal\/sqlite\//,
  /^runtime\/journal\/postgres\//,
  /^runtime\/streams\/local\w*\.ts$/,
  /^runtime\/streams\/redis\//,
  /^runtime\/llm\/openai\w*\.ts$/,
  /^runtime\/llm\/anthropic\w*\.ts$/,
  /^runtime\/llm\/demo\w*\.ts$/,
  /^runtime\/memory\/embedded\//,
  /^runtime\/memory\/qdrant\//,
  /^runtime\/sandbox\/(?!(port|contract)\.ts$)/,
];

/** Who chooses adapters, besides tests: composition and benchmarks. */
const CHOOSERS = /^(runtime\/compose(\.ts|\/)|bench\/)/;

/** Ways past a port: the program, started as a skill host, is nothing else and composes no node. */
const PASSAGES = new Set(["runtime/main.ts -> runtime/sandbox/skill_host.ts"]);

/** Rule: imports point one way. */
export function importDirection(files: readonly SourceFile[]): Fault[] {
  const faults: Fault[] = [];
  for (const file of files.filter(({ path }) => isCode(path))) {
    for (const { path: to, line, typeOnly } of localImports(file)) {
      const why = backwards(file.path, to, typeOnly) ?? bypassesPort(file.path, to);
      if (why !== null) faults.push({ path: file.path, line, message: `Imports ${to}; ${why}` });
    }
  }
  return faults;
}

function backwards(from: string, to: string, typeOnly: boolean): string | null {
  const [folder, target] = [topFolder(from), topFolder(to)];
  if (folder === "actors" && target === "runtime") {
    return "actors/ decides and imports nothing from runtime/";
  }
  if (folder === "actors" && target === "skills" && !typeOnly) {
    return "actors/ takes only types from skills/ (import type)";
  }
  if (folder === "skills" && (target === "runtime" || target === "actors")) {
    return "skills/ imports nothing from runtime/ and actors/";
  }
  return null;
}

function bypassesPort(from: string, to: string): string | null {
  const adapter = ADAPTERS.find((pattern) => pattern.test(to));
  if (adapter === undefined || adapter.test(from)) return null;
  if (isTest(from) || CHOOSERS.test(from) || PASSAGES.has(`${from} -> ${to}`)) return null;
  return "that is an adapter, chosen in runtime/compose.ts only: import its port";
}

function topFolder(path: string): string {
  return path.slice(0, path.indexOf("/"));
}
