/**
 * Errors as RFC 9457 bodies: one table from code to status and title, and one mapper.
 *
 * @module
 */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Rejection } from "../../actors/behavior.ts";
import type { ScheduleRejectionCode } from "../../actors/schedule/rejections.ts";
import type { RejectionCode } from "../../actors/session/rejections.ts";
import { type ErrorCode, SynapseError } from "../errors.ts";
import type { EdgeEnv } from "./env.ts";

/** A stable code in a problem's body. */
export type ProblemCode = ErrorCode | RejectionCode | ScheduleRejectionCode;

/** A status that a problem can have. */
export type ProblemStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 409
  | 413
  | 415
  | 422
  | 429
  | 500
  | 503
  | 504;

/** What each code means over HTTP. A code that is missing here does not compile. */
export const PROBLEMS: Readonly<Record<ProblemCode, readonly [ProblemStatus, string]>> = {
  malformed_request: [400, "The request cannot be read"],
  unauthorized: [401, "A valid key is needed"],
  forbidden: [403, "Not allowed"],
  route_not_found: [404, "There is no such route"],
  session_not_found: [404, "There is no such session"],
  schedule_not_found: [404, "There is no such schedule"],
  seq_not_found: [404, "There is no such event"],
  agent_not_found: [404, "There is no such agent"],
  skill_not_found: [404, "There is no such skill"],
  approval_not_found: [404, "There is no such approval"],
  dead_letter_not_found: [404, "There is no such dead letter"],
  node_not_found: [404, "There is no such node"],
  memory_not_found: [404, "Memory has no such item"],
  method_not_allowed: [405, "Not a method of this route"],
  session_exists: [409, "The session exists already"],
  session_closed: [409, "The session is closed"],
  schedule_exists: [409, "The schedule exists already"],
  schedule_closed: [409, "The schedule is closed"],
  schedule_limit: [409, "Too many schedules"],
  session_busy: [409, "The session is busy"],
  turn_not_running: [409, "No turn is running"],
  approval_decided: [409, "The approval has been decided already"],
  last_node: [409, "No other node would be left to work"],
  command_refused: [409, "Refused"],
  payload_too_large: [413, "Too large"],
  unsupported_media_type: [415, "Not a content type or encoding of this route"],
  invalid_request: [422, "The request is not valid"],
  idempotency_key_reused: [422, "The Idempotency-Key was used for another request"],
  approval_answer_invalid: [422, "Not an answer to this question"],
  schedule_invalid: [422, "The schedule is not valid"],
  fork_invalid: [422, "The session cannot be forked there"],
  skill_invalid: [422, "The skill is not valid"],
  mailbox_full: [429, "Too many messages wait"],
  memory_full: [429, "Too many changes wait for memory"],
  memory_busy: [429, "Memory is being rebuilt already"],
  rate_limited: [429, "Too many requests"],
  internal: [500, "Something went wrong here"],
  config_invalid: [500, "The configuration is not valid"],
  workspace_unavailable: [500, "The workspace of the file skills cannot be used"],
  journal_in_use: [500, "The journal is in use"],
  journal_too_new: [500, "The journal is of a newer version"],
  journal_corrupt: [500, "The session's journal is damaged"],
  backup_invalid: [500, "The backup cannot be used"],
  backup_failed: [500, "The backup could not be made"],
  backup_locked: [500, "The backup is encrypted to another key"],
  store_not_empty: [500, "The store holds something already"],
  event_unknown: [500, "The session's journal is of a newer version"],
  command_poisoned: [500, "The command was put aside as a dead letter"],
  model_failed: [500, "The model failed"],
  journal_unavailable: [503, "The journal is not available"],
  streams_unavailable: [503, "The streams are not available"],
  memory_unavailable: [503, "The memory is not available"],
  fenced: [503, "The session is moving to another node"],
  draining: [503, "The node is stopping"],
  protocol_mismatch: [503, "The nodes speak different protocols"],
  node_superseded: [503, "Another process has this node's id"],
  answer_late: [504, "The answer is late"],
};

/** Seconds after which a refused request may be tried again, unless the error says otherwise. */
const RETRY_AFTER_S = 1;

/** A command that its actor refused. */
export class CommandRefused extends SynapseError {
  override readonly name = "CommandRefused";
  /** The actor's own code. */
  readonly refusal: string;

  constructor({ reject }: Rejection) {
    super("command_refused", reject.message, reject.data ? { data: reject.data } : {});
    this.refusal = reject.code;
  }
}

/**
 * The response for whatever a handler threw. What was not raised on purpose is logged and becomes a
 * 500 that says nothing about it.
 */
export function problemOf(error: unknown, c: Context<EdgeEnv>): Response {
  if (error instanceof SynapseError && error.code !== "internal") {
    const code = error instanceof CommandRefused ? error.refusal : error.code;
    return respond(c, isProblemCode(code) ? code : "command_refused", error.message, error.data);
  }
  if (error instanceof HTTPException && error.status < 500) {
    const code = error.status === 415 ? "unsupported_media_type" : "malformed_request";
    return respond(c, code, httpDetail(error, c), {});
  }
  return respond(c, "internal", "The node's log has the reason under this request's id", {});
}

function respond(
  c: Context<EdgeEnv>,
  code: ProblemCode,
  detail: string,
  data: Readonly<Record<string, unknown>>,
): Response {
  const [status, title] = PROBLEMS[code];
  const body = {
    ...data,
    type: `urn:synapse:problem:${code}`,
    title,
    status,
    detail,
    code,
    instance: c.req.path,
    request_id: c.get("requestId"),
  };
  c.header("Content-Type", "application/problem+json");
  if (status === 401) c.header("WWW-Authenticate", 'Bearer realm="synapse"');
  if (status === 429 || status >= 503) c.header("Retry-After", String(retryAfter(data)));
  if (status === 415) nameAccepted(c, data);
  if (status === 405 && Array.isArray(data.allow)) c.header("Allow", data.allow.join(", "));
  return c.body(JSON.stringify(body), status);
}

/** What would have been accepted (RFC 9110, 15.5.16): a coding if that was the fault, else a type. */
function nameAccepted(c: Context<EdgeEnv>, { accept_encoding }: Readonly<Record<string, unknown>>) {
  if (Array.isArray(accept_encoding)) c.header("Accept-Encoding", accept_encoding.join(", "));
  else c.header("Accept", "application/json");
}

function retryAfter(data: Readonly<Record<string, unknown>>): number {
  const ms = data.retry_after_ms;
  return typeof ms === "number" ? Math.max(1, Math.ceil(ms / 1000)) : RETRY_AFTER_S;
}

function httpDetail(error: HTTPException, c: Context<EdgeEnv>): string {
  if (error.status !== 415) return error.message;
  const found = c.req.header("content-type");
  return `The body's content type is ${found ?? "missing"}, wanted application/json`;
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}
