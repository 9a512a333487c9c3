/**
 * Errors that Synapse raises on purpose. Each has a stable `code`, which callers compare (never the
 * class or the text), and a `reaction`, which says what the one who catches it should do.
 *
 * A decider's refusal is not here: it is data, a `Rejection` (see `actors/behavior.ts`).
 *
 * @module
 */

/**
 * What to do about an error.
 *
 * - `reject`: the request is wrong; repeating it unchanged cannot help.
 * - `retry`: the same request may succeed later.
 * - `pause`: this actor cannot go on until a person or an upgrade helps; others can.
 * - `fatal`: the process cannot go on.
 */
export type Reaction = "reject" | "retry" | "pause" | "fatal";

/** Every code, with the reaction that belongs to it. */
export const ERROR_REACTIONS = {
  config_invalid: "fatal",
  journal_in_use: "fatal",
  journal_too_new: "fatal",
  journal_unavailable: "retry",
  journal_corrupt: "pause",
  backup_invalid: "reject",
  backup_failed: "retry",
  backup_locked: "reject",
  store_not_empty: "reject",
  event_unknown: "pause",
  fenced: "retry",
  draining: "retry",
  answer_late: "retry",
  streams_unavailable: "retry",
  memory_unavailable: "retry",
  protocol_mismatch: "fatal",
  node_superseded: "fatal",
  mailbox_full: "retry",
  rate_limited: "retry",
  command_poisoned: "reject",
  idempotency_key_reused: "reject",
  invalid_request: "reject",
  malformed_request: "reject",
  unsupported_media_type: "reject",
  command_refused: "reject",
  payload_too_large: "reject",
  unauthorized: "reject",
  forbidden: "reject",
  route_not_found: "reject",
  method_not_allowed: "reject",
  session_not_found: "reject",
  schedule_not_found: "reject",
  seq_not_found: "reject",
  agent_not_found: "reject",
  skill_not_found: "reject",
  approval_not_found: "reject",
  dead_letter_not_found: "reject",
  node_not_found: "reject",
  last_node: "reject",
  memory_not_found: "reject",
  memory_busy: "retry",
  skill_invalid: "reject",
  workspace_unavailable: "fatal",
  model_failed: "reject",
  internal: "reject",
} as const satisfies Record<string, Reaction>;

/** A stable error code. */
export type ErrorCode = keyof typeof ERROR_REACTIONS;

/** Extra, machine-readable facts about an error: JSON only, and nothing secret. */
export type ErrorData = Readonly<Record<string, unknown>>;

/** The base of every error that Synapse raises on purpose. */
export class SynapseError extends Error {
  override readonly name: string = "SynapseError";
  /** The stable code. */
  readonly code: ErrorCode;
  /** Facts for machines. */
  readonly data: ErrorData;

  /**
   * @param code the stable code
   * @param message what happened, with the value found and the value wanted; no final stop
   * @param options facts for machines, and the error that led here
   */
  constructor(
    code: ErrorCode,
    message: string,
    options: { data?: ErrorData; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data ?? {};
  }

  /** What the one who catches this should do. */
  get reaction(): Reaction {
    return ERROR_REACTIONS[this.code];
  }
}

/** The code of an error, or `internal` for one that was not raised on purpose. */
export function errorCode(error: unknown): ErrorCode {
  return error instanceof SynapseError ? error.code : "internal";
}

/** The text of whatever was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
