/**
 * Why a session refuses a command. The codes are stable; the edge gives each its HTTP status.
 *
 * @module
 */
import type { Json, Rejection } from "../behavior.ts";

/** All codes with which a session refuses. */
export const REJECTIONS = [
  "session_exists",
  "session_not_found",
  "session_closed",
  "session_busy",
  "mailbox_full",
  "memory_full",
  "turn_not_running",
  "approval_decided",
  "approval_answer_invalid",
  "fork_invalid",
] as const;

/** A code with which a session refuses. */
export type RejectionCode = typeof REJECTIONS[number];

/** Makes a refusal. */
export function reject(
  code: RejectionCode,
  message: string,
  data?: Readonly<Record<string, Json>>,
): Rejection {
  return { reject: { code, message, ...(data ? { data } : {}) } };
}
