/**
 * Errors of the driver and the server, as the port wants them.
 *
 * @module
 */
import { errorMessage, SynapseError } from "../../errors.ts";
import { JournalUnavailable } from "../port.ts";

/**
 * Classes of SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html) that no repetition helps: data
 * and constraints that do not fit, names that do not exist, limits passed. A defect of what was asked,
 * not trouble with the server.
 */
const DEFECT = /^(0A|21|22|23|42|54|P0)/;

/** Exceptions to that: trouble that somebody can mend. */
const TROUBLE: ReadonlySet<string> = new Set(["42501", "42P01", "42883"]);

/**
 * After these it is not certain what happened to a statement under way: the server said that it does not
 * know (40003), or ends the connection (57P01, 57P02), which may be just after the commit.
 */
const UNCERTAIN: ReadonlySet<string> = new Set(["40003", "57P01", "57P02"]);

/** What to say of the states that one meets. Of the others, the server's own words. */
const REASONS: Readonly<Record<string, string>> = {
  "25006": "it is read-only",
  "3D000": "the database does not exist",
  "53100": "the disk is full",
  "53300": "it has too many connections",
  "57014": "it took too long",
  "57P01": "it is shutting down",
  "57P02": "it is shutting down",
  "57P03": "it is starting up",
  CONNECT_TIMEOUT: "it does not answer",
  CONNECTION_CLOSED: "the connection broke",
  CONNECTION_DESTROYED: "the connection broke",
  CONNECTION_ENDED: "it was closed",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection broke",
  ENOTFOUND: "there is no such host",
  EPIPE: "the connection broke",
};

/** The user lacks a right. */
const NOT_ALLOWED = "42501";

/** The class of what is wrong with a login. */
const LOGIN = /^28/;

/** SQLSTATEs have five characters; the driver's and the system's own codes have more. */
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Where a statement failed. */
export interface FailedStatement {
  /** The database, without its password. */
  readonly place: string;
  /** Who asked; null if the address names no user, and the driver chose one. */
  readonly user: string | null;
  /** Whether any of it may have reached the server. */
  readonly sent: boolean;
}

/**
 * What to throw for an error of the driver: it as it is if what was asked for is at fault, else
 * `journal_unavailable`.
 */
export function toFailure(error: unknown, { place, user, sent }: FailedStatement): unknown {
  if (error instanceof SynapseError) return error;
  const code = codeOf(error);
  // What has no code comes from encryption that could not be agreed on, or is a mistake of ours.
  if (code === "" && sent) return error;
  const answered = SQLSTATE.test(code);
  if (answered && DEFECT.test(code) && !TROUBLE.has(code)) return error;
  const reason = reasonOf(code, user ?? "its user", errorMessage(error));
  return new JournalUnavailable(`Journal ${place} cannot be used: ${reason}`, {
    // The server undoes a statement that it answers with an error.
    rolled_back: !sent || (answered && !UNCERTAIN.has(code)),
    cause: error,
  });
}

function reasonOf(code: string, user: string, said: string): string {
  if (LOGIN.test(code)) return `the login of ${user} was refused`;
  return code === NOT_ALLOWED
    ? `${user} lacks a right (${said}): grant those that docs/cli.md lists under \`synapse migrate\``
    : REASONS[code] ?? said;
}

/** The SQLSTATE of an error, or the code that the driver or the system gave it; empty if it has none. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}
