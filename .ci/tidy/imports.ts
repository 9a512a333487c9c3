/**
 * The imports of a file, found by their form: sources are formatted, so an import statement starts
 * its line and ends with a quoted name.
 *
 * @module
 */
import { dirname, join } from "node:path/posix";
import { lineAt, type SourceFile } from "./source_file.ts";

/** One import of another file of the repository. */
export interface LocalImport {
  /** The imported file, from the repository's root. */
  readonly path: string;
  readonly line: number;
  /** Whether it vanishes at run time (`import type`, `export type`). */
  readonly typeOnly: boolean;
}

const STATEMENT =
  /^(?:import|export)\s+(type\s+)?(?:(?:[\w$]+\s*,?\s*)?(?:\{[^}]*\}|\*(?:\s+as\s+[\w$]+)?)?\s*from\s+)?"([^"]+)"/gm;

const EXPRESSION = /\bimport\(\s*"([^"]+)"/g;

/** The files that a file imports or re-exports. Packages are left out. */
export function localImports(file: SourceFile): LocalImport[] {
  const found: LocalImport[] = [];
  const add = (specifier: string | undefined, index: number, typeOnly: boolean) => {
    if (!specifier?.startsWith(".")) return;
    const path = join(dirname(file.path), specifier);
    found.push({ path, line: lineAt(file.text, index), typeOnly });
  };
  for (const match of file.text.matchAll(STATEMENT)) {
    add(match[2], match.index, match[1] !== undefined);
  }
  for (const match of file.text.matchAll(EXPRESSION)) add(match[1], match.index, false);
  return found;
}
