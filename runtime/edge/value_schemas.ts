/**
 * The small shapes that others are made of.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Json } from "../../actors/behavior.ts";
import { JSON_DEPTH_MAX, jsonFault } from "../../actors/json_depth.ts";

/** Any JSON value that is not too deep. What was parsed from JSON is one, so that is all there is to check. */
export const json = z.unknown()
  .refine(
    (value) => jsonFault(value) === null,
    `Wanted at most ${JSON_DEPTH_MAX} levels of arrays and objects, and numbers that a double can hold`,
  )
  .openapi({
    description: `Any JSON value of at most ${JSON_DEPTH_MAX} levels of arrays and objects`,
  }) as z.ZodType<Json>;
/** Metadata of a session. */
export const metadata = z.record(z.string(), json).describe(
  "Whatever the caller wants to keep with it",
);
/** A time. */
export const time = z.iso.datetime().openapi({ example: "2026-01-31T12:00:00.000Z" });
/** A time as a caller gives it, in any zone. */
export const moment = z.iso.datetime({
  offset: true,
  error: "Wanted a date and a time in ISO 8601; it needs an offset, such as 2030-01-01T00:00:00Z",
});
/** The number of an event; 0 stands before the first. */
export const seq = z.int().min(0);

/**
 * A whole number in a query, in digits alone. What JavaScript also takes for a number, such as nothing
 * at all, is more likely a mistake.
 *
 * @param max none unless given
 */
export function queryNumber(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  const error = max === Number.MAX_SAFE_INTEGER
    ? `Wanted a whole number of at least ${min}`
    : `Wanted a whole number from ${min} to ${max}`;
  return z.string({ error })
    .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, { error })
    .transform(Number)
    .openapi({
      type: "integer",
      minimum: min,
      ...(max === Number.MAX_SAFE_INTEGER ? {} : { maximum: max }),
    });
}

/** A session's id, as a caller may choose it. `.` and `..` are no path segments, so they are out. */
export const sessionIdSchema = z.string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._:-]{1,128}$/, "1 to 128 of A-Z a-z 0-9 . _ : -")
  .openapi({ example: "ses_01jz8k4v5n7q9r2t3w6x8y0abc" });

/** What a session is doing. */
export const sessionStatusSchema = z.enum(["idle", "running", "waiting", "closed", "failed"])
  .openapi("SessionStatus");

/** What model calls used. */
export const usageSchema = z.object({
  input_tokens: z.int().min(0),
  output_tokens: z.int().min(0),
  cost_usd: z.number().min(0),
}).openapi("Usage");
