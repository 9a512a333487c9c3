/**
 * Files stay short. The length of functions is checked by the lint plugin, which has a parser.
 *
 * @module
 */
import { FILE_LINES_MAX, type Ratchet } from "../size_limits.ts";
import { type Fault, isCode, type SourceFile } from "./source_file.ts";

/** Lines of a file; its final line break starts no further line. */
export function countLines(text: string): number {
  return text.replace(/\n$/, "").split("\n").length;
}

/** Rule: a file of code has at most 300 lines, or what the ratchet allows; and the ratchet is not stale. */
export function fileSizes(files: readonly SourceFile[], ratchet: Ratchet): Fault[] {
  const faults: Fault[] = [];
  const paths = new Set(files.map(({ path }) => path));
  for (const key of Object.keys(ratchet)) {
    const path = key.replace(/#.*$/, "");
    if (!paths.has(path)) {
      faults.push({ path, message: "Is in the ratchet and does not exist: remove the entry" });
    }
  }
  for (const { path, text } of files.filter(({ path }) => isCode(path))) {
    const lines = countLines(text);
    const allowed = ratchet[path]?.lines;
    if (lines > (allowed ?? FILE_LINES_MAX)) {
      faults.push({ path, message: `Has ${lines} lines, at most ${allowed ?? FILE_LINES_MAX}` });
    }
    if (allowed !== undefined && lines <= FILE_LINES_MAX) {
      faults.push({ path, message: `Has ${lines} lines: remove its entry from the ratchet` });
    }
  }
  return faults;
}

/** The longest files of code, longest first, to show where the next cut is due. */
export function longestFiles(files: readonly SourceFile[], count: number): string[] {
  return files.filter(({ path }) => isCode(path))
    .map(({ path, text }) => ({ path, lines: countLines(text) }))
    .sort((a, b) => b.lines - a.lines)
    .slice(0, count)
    .map(({ path, lines }) => `${lines} ${path}`);
}
