/**
 * Why a schedule refuses a command. The codes are stable; the edge gives each its HTTP status.
 *
 * @module
 */
import type { Rejection } from "../behavior.ts";

/** All codes with which a schedule refuses, or is refused before it is one. */
export const SCHEDULE_REJECTIONS = [
  "schedule_exists",
  "schedule_not_found",
  "schedule_closed",
  "schedule_invalid",
  "schedule_limit",
] as const;

/** A code of such a refusal. */
export type ScheduleRejectionCode = typeof SCHEDULE_REJECTIONS[number];

/** Makes a refusal. */
export function refuse(code: ScheduleRejectionCode, message: string): Rejection {
  return { reject: { code, message } };
}
