/**
 * Typed lines, with editing and history on a terminal, and a prompt that makes room for what is
 * written meanwhile.
 *
 * @module
 */
import process from "node:process";
import { clearLine, createInterface, cursorTo } from "node:readline";

/** Who is told. */
export interface LineHandlers {
  readonly onLine: (line: string) => void;
  /** Ctrl-C. */
  readonly onInterrupt: () => void;
  /** Ctrl-D, or the end of a file. */
  readonly onEnd: () => void;
}

/** The lines of standard input. */
export interface LineInput {
  /** Writes text above the prompt, then shows the prompt (null: none). */
  write(text: string, prompt: string | null): void;
  /** Puts text on the line being edited. */
  prefill(text: string): void;
  close(): void;
}

/** Opens standard input. Without a terminal there is no prompt and nothing is edited. */
export function openLineInput(interactive: boolean, handlers: LineHandlers): LineInput {
  const lines = createInterface({
    input: process.stdin,
    ...(interactive ? { output: process.stdout } : {}),
    terminal: interactive,
    historySize: 500,
  });
  let shown: string | null = null;
  lines.on("line", (line) => {
    shown = null;
    handlers.onLine(line);
  });
  lines.on("SIGINT", handlers.onInterrupt);
  lines.on("close", handlers.onEnd);
  return {
    write(text, prompt) {
      if (text === "" && prompt === shown) return;
      if (shown !== null) {
        cursorTo(process.stdout, 0);
        clearLine(process.stdout, 0);
      }
      if (text !== "") process.stdout.write(text);
      if (!interactive) return;
      lines.setPrompt(prompt ?? "");
      if (prompt !== null) lines.prompt(true);
      shown = prompt;
    },
    prefill: (text) => lines.write(text),
    close: () => lines.close(),
  };
}
