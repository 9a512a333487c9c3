/**
 * What can go wrong between this program and Qdrant, and what it is called.
 *
 * @module
 */
import { QdrantClientResourceExhaustedError } from "@qdrant/js-client-rest";
import { errorCode, errorMessage, SynapseError } from "../../errors.ts";
import { redactText } from "../../redaction.ts";

/** Why a call failed. */
export interface CallFailure {
  /** In words, without the call. */
  readonly why: string;
  /** The status, if Qdrant answered with one. */
  readonly status: number | null;
  /** Whether the same call may succeed at once. */
  readonly retryable: boolean;
  /** What Qdrant asks to wait, in milliseconds. */
  readonly retry_after_ms: number;
}

/** Longest text of Qdrant's own that goes into a message. */
const TEXT_CHARS_MAX = 500;

/** Statuses that say "later", besides all from 500 up. */
const RETRYABLE_STATUSES: readonly number[] = [408, 429];

/** Reads what Qdrant's client threw, or what reading the answer threw. */
export function failureOf(error: unknown): CallFailure {
  if (error instanceof QdrantClientResourceExhaustedError) {
    // Of what the server asks, the client tells only the first digit: it serves as a floor.
    const retry_after_ms = error.retry_after * 1000;
    return { why: "has too much to do (status 429)", status: 429, retryable: true, retry_after_ms };
  }
  if (hasStatus(error)) return ofStatus(error.status, serverText(error));
  if (error instanceof TypeError) {
    return unanswered(`cannot be reached: ${cut(errorMessage(error))}`);
  }
  return unanswered(`gave an answer that cannot be read: ${cut(errorMessage(error))}`);
}

/** A call that failed, as an error. `call` says what was to be done, as in "find items". */
export function unavailable(call: string, failure: CallFailure, cause?: unknown): SynapseError {
  const { why, status } = failure;
  return new SynapseError("memory_unavailable", `Qdrant could not ${call}: it ${why}`, {
    ...(status === null ? {} : { data: { status } }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The error of an index that has to be built anew. */
export function needsReindex(why: string): SynapseError {
  return new SynapseError("memory_unavailable", `${why}: run \`synapse memory reindex\``);
}

/** Tidies up: what cannot be done now is left, and done by whoever comes next. */
export async function ifPossible(task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    if (errorCode(error) !== "memory_unavailable") throw error;
  }
}

/** The status with which Qdrant refused the call that raised this error; null if there is none. */
export function statusOf(error: unknown): number | null {
  if (!(error instanceof SynapseError)) return null;
  const { status } = error.data;
  return typeof status === "number" ? status : null;
}

function ofStatus(status: number, text: string): CallFailure {
  const retryable = status >= 500 || RETRYABLE_STATUSES.includes(status);
  return { why: whyStatus(status, text), status, retryable, retry_after_ms: 0 };
}

function whyStatus(status: number, text: string): string {
  switch (status) {
    case 401:
    case 403:
      return `refuses the API key (status ${status}): set the right one`;
    case 404:
      return `has no such collection any more (${text}): run \`synapse memory reindex\``;
    default:
      return `answered with status ${status}: ${text}`;
  }
}

function unanswered(why: string): CallFailure {
  return { why, status: null, retryable: true, retry_after_ms: 0 };
}

interface StatusError extends Error {
  readonly status: number;
  readonly data?: unknown;
}

/** The client's error class is not among what it exports. */
function hasStatus(error: unknown): error is StatusError {
  return error instanceof Error && "status" in error && typeof error.status === "number";
}

/** Qdrant's own words, which stand in an envelope or bare. */
function serverText({ data, message }: StatusError): string {
  if (typeof data === "string") return cut(data);
  const inner = (data as { status?: { error?: unknown } } | null | undefined)?.status?.error;
  return cut(typeof inner === "string" ? inner : message);
}

function cut(text: string): string {
  return redactText(text.length <= TEXT_CHARS_MAX ? text : `${text.slice(0, TEXT_CHARS_MAX)}…`);
}
