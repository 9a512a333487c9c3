/**
 * What the program ends with, so that scripts can tell what happened.
 *
 * @module
 */

/** Every exit code, by what it means. */
export const EXIT = {
  /** It was done. */
  ok: 0,
  /** The operation failed, or it looked for faults and found some. */
  failed: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** No node answers at that address. */
  unreachable: 3,
  /** There is no such thing. */
  notFound: 4,
  /** The node refuses: a conflict, a missing right, a wrong request. */
  refused: 5,
  /** It did not end in time. */
  timedOut: 6,
  /** Another process runs under this node's id, and this one made way for it. */
  superseded: 7,
  /** A person pressed Ctrl-C. */
  interrupted: 130,
} as const;

/** A number that the program can end with. */
export type ExitCode = typeof EXIT[keyof typeof EXIT];

/** The codes as a table for `--help`. */
export const EXIT_HELP = `Exit codes:
  0    done
  1    the operation failed, or a check found a fault
  2    the command line or the configuration is wrong
  3    the node cannot be reached
  4    not found
  5    the node refused: a conflict, a missing right, a wrong request
  6    timed out
  7    another process took this node's id
  130  interrupted`;

/** The exit code that belongs to an HTTP status of 400 or more. */
export function exitForStatus(status: number): ExitCode {
  if (status === 404) return EXIT.notFound;
  if (status === 408 || status === 504) return EXIT.timedOut;
  if (status >= 500) return EXIT.failed;
  return EXIT.refused;
}
