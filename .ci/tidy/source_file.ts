/**
 * What the tidy rules see of the repository, and what they say about it.
 *
 * @module
 */

/** One text file. */
export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** What is wrong with a file. */
export interface Fault {
  readonly path: string;
  /** Counted from 1; absent when the whole file is meant. */
  readonly line?: number;
  /** What was found, and what is wanted; no final stop. */
  readonly message: string;
}

/** The number of the line, counted from 1, in which the character at `index` lies. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** Whether a file is a test, its support (`test_…`), or the suite that a port's adapters have in common. */
export function isTest(path: string): boolean {
  return /(_test|_bench|(^|\/|_)contract)\.ts$|(^|\/)test_\w+\.ts$/.test(path);
}

/** Whether a file holds code that people read and write. */
export function isCode(path: string): boolean {
  return /\.(tsx?|js)$/.test(path);
}

/** A fault as a terminal shows it: a place that editors can follow, then the message. */
export function formatFault({ path, line, message }: Fault): string {
  return `${path}${line === undefined ? "" : `:${line}`}: ${message}`;
}
