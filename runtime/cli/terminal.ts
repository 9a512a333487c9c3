/**
 * Where a command writes and what it reads: standard output for what was asked for, standard error
 * for the person who watches.
 *
 * @module
 */
import { createStyle, type Style } from "./style.ts";

/** The streams of the process, as commands see them. */
export interface Terminal {
  /** Writes to standard output as it is. */
  write(text: string): void;
  /** Writes a line to standard error. */
  note(line: string): void;
  /** All of standard input. */
  readInput(): Promise<string>;
  /** Whether a person types and reads. */
  readonly interactive: boolean;
  /** Whether a person sees standard error. */
  readonly watched: boolean;
  /** For standard output. */
  readonly style: Style;
}

/** The terminal of this process. Colours need a terminal and the absence of NO_COLOR. */
export function systemTerminal(env: (name: string) => string | undefined): Terminal {
  const encoder = new TextEncoder();
  const interactive = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  const writeAll = (stream: typeof Deno.stdout, text: string) => {
    for (let bytes = encoder.encode(text); bytes.length > 0;) {
      bytes = bytes.subarray(stream.writeSync(bytes));
    }
  };
  return {
    write: (text) => writeAll(Deno.stdout, text),
    note: (line) => writeAll(Deno.stderr, line + "\n"),
    readInput: () => new Response(Deno.stdin.readable).text(),
    interactive,
    watched: Deno.stderr.isTerminal(),
    style: createStyle(Deno.stdout.isTerminal() && !env("NO_COLOR")),
  };
}
