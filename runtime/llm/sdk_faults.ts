/**
 * What the official SDKs throw, as {@link ModelError}s. Both are made by the same generator, so one
 * table serves them.
 *
 * @module
 */
import { errorMessage } from "../errors.ts";
import { redactText } from "../redaction.ts";
import { cancelledError, ModelError } from "./port.ts";
import { retryAfterMs } from "./retry_after.ts";

/** The error classes of one SDK. */
export interface SdkErrorClasses {
  readonly APIError: ErrorClass;
  readonly APIConnectionError: ErrorClass;
}
type ErrorClass = abstract new (...args: never[]) => Error;

/** The call during which an error was thrown. */
export interface FailedCall {
  /** The provider's name. */
  readonly provider: string;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Longest text of a provider that goes into an error message: some answer with whole web pages. */
const TEXT_CHARS_MAX = 500;

/** Statuses that say "later", besides all from 500 up. */
const RETRYABLE_STATUSES: readonly number[] = [408, 409, 429];

/** What an error that arrives inside a stream would have been as a status. */
const STATUS_BY_TYPE: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  insufficient_quota: 429,
  api_error: 500,
  server_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** Turns whatever an SDK threw during a call into a {@link ModelError}. */
export function toModelError(error: unknown, call: FailedCall, sdk: SdkErrorClasses): ModelError {
  if (error instanceof ModelError) return error;
  if (call.signal.aborted) return cancelledError();
  const who = `Provider ${call.provider}`;
  if (error instanceof sdk.APIConnectionError) {
    return new ModelError(
      `${who} could not be reached: ${reason(error)}`,
      { kind: "connection", retryable: true },
      error,
    );
  }
  if (error instanceof sdk.APIError) return apiError(error, call);
  if (error instanceof SyntaxError) {
    return new ModelError(
      `${who} sent a piece that is not JSON`,
      { kind: "malformed", retryable: true },
      error,
    );
  }
  return brokenStream(call.provider, errorMessage(error), error);
}

/** The error of an answer that stopped before its end. */
export function brokenStream(provider: string, why: string, cause?: unknown): ModelError {
  return new ModelError(
    `Provider ${provider} broke off its answer: ${cut(why)}`,
    { kind: "stream_broken", retryable: true },
    cause,
  );
}

/** The error of a piece of an answer that is JSON, but not in the provider's format. */
export function malformedPiece(provider: string, why: string): ModelError {
  return new ModelError(
    `Provider ${provider} sent a piece in no known format: ${cut(why)}`,
    { kind: "malformed", retryable: true },
  );
}

function apiError(error: Error, call: FailedCall): ModelError {
  const { status: sent, headers, error: body } = error as Error & {
    status?: number;
    headers?: Headers;
    error?: unknown;
  };
  const fault = innerFault(body);
  const status = sent ?? statusInStream(fault);
  const text = cut(fault.message ?? error.message);
  if (status === undefined) return brokenStream(call.provider, text, error);
  const wait = retryAfterMs(headers, call.now);
  return new ModelError(
    `Provider ${call.provider} answered with status ${status}: ${text}`,
    {
      kind: "status",
      status,
      retryable: isRetryable(status, headers),
      ...(wait === undefined ? {} : { retry_after_ms: wait }),
    },
    error,
  );
}

interface Fault {
  readonly message?: string;
  readonly type?: string;
  readonly code?: number;
}

/** The fault itself: OpenAI's SDK hands it over bare, Anthropic's in its envelope. */
function innerFault(body: unknown): Fault {
  if (typeof body !== "object" || body === null) return {};
  const inner = "error" in body && typeof body.error === "object" ? body.error ?? {} : body;
  return {
    ...("message" in inner && typeof inner.message === "string" ? { message: inner.message } : {}),
    ...("type" in inner && typeof inner.type === "string" ? { type: inner.type } : {}),
    ...("code" in inner && typeof inner.code === "number" ? { code: inner.code } : {}),
  };
}

function statusInStream({ type = "", code = 0 }: Fault): number | undefined {
  if (code >= 400 && code < 600) return code;
  return Object.hasOwn(STATUS_BY_TYPE, type) ? STATUS_BY_TYPE[type] : undefined;
}

/** A provider may overrule the table: a used-up quota is a 429 that no waiting mends. */
function isRetryable(status: number, headers: Headers | undefined): boolean {
  const told = headers?.get("x-should-retry");
  if (told === "true" || told === "false") return told === "true";
  return status >= 500 || RETRYABLE_STATUSES.includes(status);
}

/** The SDKs say only "Connection error."; the reason is in the cause. */
function reason(error: Error): string {
  return cut(errorMessage(error.cause ?? error));
}

/** A provider's own words, which may repeat what it was sent: the key above all. */
function cut(text: string): string {
  return redactText(text.length <= TEXT_CHARS_MAX ? text : `${text.slice(0, TEXT_CHARS_MAX)}…`);
}
