/**
 * What a schema finds wrong with a request, in words that name the place, the value found and what
 * is accepted.
 *
 * @module
 */
import type { z } from "zod";
import { isDeeperThan, JSON_DEPTH_MAX } from "../../actors/json_depth.ts";
import { SynapseError } from "../errors.ts";

/** How the parts of a request are called towards its sender. */
const PARTS: Readonly<Record<string, string>> = {
  json: "body",
  query: "query",
  param: "path",
  header: "header",
};

/** Longest piece of a wrong value that is quoted back, in characters. */
const QUOTE_CHARS = 80;

/** One fault of a request. */
export interface RequestFault {
  readonly path: string;
  readonly message: string;
}

/**
 * The error for a part of a request that its schema refuses.
 *
 * @param part the validator's name of the part: json, query, param or header
 * @param value the whole part as it was received
 */
export function invalidRequest(
  part: string,
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
): SynapseError {
  const root = PARTS[part] ?? part;
  return requestFaults(issues.map((issue) => ({
    path: [root, ...issue.path.map(String)].join("."),
    message: `${issue.message}${found(value, issue)}`,
  })));
}

/** The error for faults that were found otherwise than by a schema. */
export function requestFaults(errors: readonly RequestFault[]): SynapseError {
  const detail = errors.map(({ path, message }) => `${path}: ${message}`).join("; ");
  return new SynapseError("invalid_request", detail, { data: { errors } });
}

function found(value: unknown, issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return "";
  let at: unknown = value;
  for (const key of issue.path) {
    at = typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined;
  }
  if (at === undefined) return ", found nothing";
  // Not quoted: writing it takes a call for each level.
  if (isDeeperThan(JSON_DEPTH_MAX, at)) {
    return `, found more than ${JSON_DEPTH_MAX} levels of arrays and objects`;
  }
  const text = JSON.stringify(at);
  return `, found ${text.length > QUOTE_CHARS ? `${text.slice(0, QUOTE_CHARS)}…` : text}`;
}
