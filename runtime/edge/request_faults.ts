/**
 * What a schema finds wrong with a request, in words that name the place, the value found and what
 * is accepted.
 *
 * @module
 */
import type { z } from "zod";
import { isDeeperThan, JSON_DEPTH_MAX } from "../../actors/json_depth.ts";
import { errorMessage, SynapseError } from "../errors.ts";

/** How the parts of a request are called towards its sender. */
const PARTS: Readonly<Record<string, string>> = {
  json: "body",
  query: "query",
  param: "path",
  header: "header",
};

/** Longest piece of a wrong value or key that is quoted back, in characters. */
const QUOTE_CHARS = 80;

/** Unknown keys that are named, and faults that are told: a request may have as many as its body holds. */
const KEYS_MAX = 5;
const FAULTS_MAX = 20;

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
    path: [root, ...issue.path.map((step) => shortened(String(step)))].join("."),
    message: issue.code === "unrecognized_keys"
      ? unknownKeys(issue.keys)
      : `${issue.message}${found(value, issue)}`,
  })));
}

/** The error for faults that were found otherwise than by a schema. */
export function requestFaults(faults: readonly RequestFault[]): SynapseError {
  const errors = faults.slice(0, FAULTS_MAX);
  const more = faults.length - errors.length;
  const detail = errors.map(({ path, message }) => `${path}: ${message}`).join("; ");
  return new SynapseError("invalid_request", more > 0 ? `${detail}; and ${more} more` : detail, {
    data: { errors, ...(more > 0 ? { more } : {}) },
  });
}

/** The error for a body that is no JSON. */
export function notJson(text: string): SynapseError {
  return new SynapseError("malformed_request", `The body is ${jsonFaultOf(text)}`);
}

function jsonFaultOf(text: string): string {
  if (text.trim() === "") return "empty, wanted JSON";
  try {
    JSON.parse(text);
    return "not JSON";
  } catch (error) {
    return `not JSON: ${errorMessage(error)}`;
  }
}

function unknownKeys(keys: readonly string[]): string {
  const names = keys.slice(0, KEYS_MAX).map((key) => JSON.stringify(shortened(key))).join(", ");
  const more = keys.length - KEYS_MAX;
  const rest = more > 0 ? ` and ${more} more` : "";
  return `Unrecognized ${keys.length === 1 ? "key" : "keys"}: ${names}${rest}`;
}

function found(value: unknown, issue: z.core.$ZodIssue): string {
  let at: unknown = value;
  for (const key of issue.path) {
    at = typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined;
  }
  if (at === undefined) return ", found nothing";
  // Not quoted: writing it takes a call for each level.
  if (isDeeperThan(JSON_DEPTH_MAX, at)) {
    return `, found more than ${JSON_DEPTH_MAX} levels of arrays and objects`;
  }
  // JSON can spell numbers that it then has no word for.
  return `, found ${shortened(typeof at === "number" ? String(at) : JSON.stringify(at))}`;
}

/** The beginning of what somebody sent, to quote it back. */
export function shortened(text: string): string {
  return text.length > QUOTE_CHARS ? `${text.slice(0, QUOTE_CHARS)}…` : text;
}
