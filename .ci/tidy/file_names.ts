/**
 * Names say what a thing knows, in one spelling.
 *
 * @module
 */
import type { Fault, SourceFile } from "./source_file.ts";

/** Files whose names are ours to choose; manifests and the like follow their tools' customs. */
const OURS = /\.(tsx?|js|sql|lua)$/;

/** A leading underscore: no other folder may import it. A leading dot: a folder of tools. */
const SNAKE_CASE = /^[._]?[a-z0-9]+(_[a-z0-9]+)*$/;

/** Words that say only that a thing is useful. */
const EMPTY_WORDS = new Set([
  "util",
  "utils",
  "helper",
  "helpers",
  "common",
  "core",
  "misc",
  "manager",
]);

/** Rule: files of code, and the folders they lie in, are in snake_case and have a telling name. */
export function fileNames(files: readonly SourceFile[]): Fault[] {
  const faults: Fault[] = [];
  for (const { path } of files.filter(({ path }) => OURS.test(path))) {
    for (const part of path.split("/")) {
      const name = part.replace(OURS, "");
      if (!SNAKE_CASE.test(name)) {
        faults.push({ path, message: `Name is ${part}, wanted snake_case` });
      }
      const empty = name.split("_").find((word) => EMPTY_WORDS.has(word));
      if (empty !== undefined) {
        faults.push({ path, message: `Name holds "${empty}", wanted the name of what it knows` });
      }
    }
  }
  return faults;
}
