/**
 * What can be wrong with Redis, and how its errors are told apart.
 *
 * @module
 */
import { errorMessage, SynapseError } from "../../errors.ts";

/** Nothing can be sent to Redis, or read from it; the message says why. */
export class StreamsUnavailable extends SynapseError {
  override readonly name = "StreamsUnavailable";

  constructor(message: string) {
    super("streams_unavailable", message);
  }
}

/** Why nothing is carried while Redis is away. */
export function away(reason: string): string {
  return `Redis is away (${reason})`;
}

/** Whether the connection is at fault: the client's own errors have the plain name, or one of these. */
export function isConnectionError(error: unknown): boolean {
  const names = ["Error", "StreamsUnavailable", "MaxRetriesPerRequestError", "AbortError"];
  return error instanceof Error && names.includes(error.name);
}

/** Whether the server is a replica, which takes no writes, or becomes one, which ends all waiting. */
export function isReadOnly(error: unknown): boolean {
  return /^(READONLY|UNBLOCKED)/.test(errorMessage(error));
}

/** Why a connection was not made. A cluster wraps the reason; a host of two addresses has none of its own. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { lastNodeError, code } = error as { lastNodeError?: unknown; code?: unknown };
  if (lastNodeError instanceof Error) return causeOf(lastNodeError);
  return error.message || String(code ?? error.name);
}
