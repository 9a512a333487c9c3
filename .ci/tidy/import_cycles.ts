/**
 * No file imports itself, however long the way round. Types count: a reader follows them too.
 *
 * @module
 */
import { localImports } from "./imports.ts";
import { type Fault, isCode, type SourceFile } from "./source_file.ts";

/** Rule: imports form no cycle. Each cycle is reported once, at the file where it closes. */
export function importCycles(files: readonly SourceFile[]): Fault[] {
  const graph = new Map(
    files.filter(({ path }) => isCode(path))
      .map((file) => [file.path, localImports(file).map(({ path }) => path)]),
  );
  const faults: Fault[] = [];
  const done = new Set<string>();
  const way: string[] = [];

  const visit = (path: string) => {
    if (done.has(path)) return;
    const start = way.indexOf(path);
    if (start >= 0) {
      const cycle = [...way.slice(start), path].join(" -> ");
      faults.push({ path: way.at(-1) ?? path, message: `Closes an import cycle: ${cycle}` });
      return;
    }
    way.push(path);
    for (const next of graph.get(path) ?? []) visit(next);
    way.pop();
    done.add(path);
  };

  for (const path of graph.keys()) visit(path);
  return faults;
}
