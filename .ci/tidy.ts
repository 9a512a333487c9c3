/**
 * House rules that no other tool checks: `deno task tidy`. Needs read permission for the repository.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { SCHEDULE_REJECTIONS } from "../actors/schedule/rejections.ts";
import { REJECTIONS } from "../actors/session/rejections.ts";
import { ERROR_REACTIONS } from "../runtime/errors.ts";
import { RATCHET } from "./size_limits.ts";
import { bannedWords } from "./tidy/banned_words.ts";
import { errorPages } from "./tidy/error_pages.ts";
import { fileNames } from "./tidy/file_names.ts";
import { fileSizes, longestFiles } from "./tidy/file_sizes.ts";
import { importCycles } from "./tidy/import_cycles.ts";
import { importDirection } from "./tidy/import_direction.ts";
import { readTree } from "./tidy/read_tree.ts";
import { type Fault, formatFault, type SourceFile } from "./tidy/source_file.ts";
import { testAssertions } from "./tidy/test_assertions.ts";

/** How many of the longest files are named. */
const LONGEST_SHOWN = 3;

/** Everything that is wrong, by the rules in order. */
export function tidy(files: readonly SourceFile[]): Fault[] {
  return [
    ...importDirection(files),
    ...importCycles(files),
    ...fileNames(files),
    ...fileSizes(files, RATCHET),
    ...bannedWords(files),
    ...testAssertions(files),
    ...errorPages(files, [
      ...Object.keys(ERROR_REACTIONS),
      ...REJECTIONS,
      ...SCHEDULE_REJECTIONS,
    ]),
  ];
}

if (import.meta.main) {
  const files = await readTree(fileURLToPath(new URL("..", import.meta.url)));
  const faults = tidy(files);
  for (const fault of faults) console.error(formatFault(fault));
  console.log(`Longest files: ${longestFiles(files, LONGEST_SHOWN).join(", ")}`);
  console.log(`Tidy: ${files.length} files, ${faults.length} faults`);
  Deno.exitCode = faults.length === 0 ? 0 : 1;
}
