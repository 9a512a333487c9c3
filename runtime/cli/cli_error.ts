/**
 * How a command ends that cannot do what it was asked.
 *
 * It is no `SynapseError`: the codes it carries are also those of a node that may be newer than this
 * program, and nothing but the command line ever catches it.
 *
 * @module
 */
import type { ExitCode } from "./exit_code.ts";

/** What there is to say besides the message. */
export interface CliErrorOptions {
  /** What the program ends with. */
  readonly exit: ExitCode;
  /** Stable: the node's own code, or one of this program. */
  readonly code: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** A command could not do what it was asked; the message is for a person. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exit: ExitCode;
  readonly code: string;
  readonly hint: string | null;

  constructor(message: string, options: CliErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exit = options.exit;
    this.code = options.code;
    this.hint = options.hint ?? null;
  }
}
