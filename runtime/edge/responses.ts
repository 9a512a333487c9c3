/**
 * How routes describe their answers, errors included, for the OpenAPI document.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import { type ProblemCode, PROBLEMS } from "./problem.ts";
import { problemSchema } from "./schemas.ts";

/** A JSON answer of that shape. */
export function jsonContent<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** A JSON body of that shape. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema, required: boolean) {
  return { required, content: { "application/json": { schema } } };
}

/** What a described problem looks like in the document. */
type ProblemResponse = {
  description: string;
  content: { "application/problem+json": { schema: typeof problemSchema } };
};

/** Codes that every call of the API can end with. */
const EVERYWHERE: readonly ProblemCode[] = ["unauthorized", "internal", "journal_unavailable"];

/** Codes that every call with a body can end with. */
const WITH_BODY: readonly ProblemCode[] = [
  "malformed_request",
  "payload_too_large",
  "unsupported_media_type",
  "invalid_request",
];

/**
 * The problems a route can answer with, by status. Handlers throw them, so they are no part of the
 * handler's own type.
 */
export function problems(...codes: readonly ProblemCode[]): Record<never, ProblemResponse> {
  return describe([...EVERYWHERE, ...codes]);
}

/** The problems of a route that takes a body. */
export function bodyProblems(...codes: readonly ProblemCode[]): Record<never, ProblemResponse> {
  return problems(...WITH_BODY, ...codes);
}

/** The problems of a route that takes a command to an actor. */
export function commandProblems(...codes: readonly ProblemCode[]): Record<never, ProblemResponse> {
  return bodyProblems(
    "idempotency_key_reused",
    "mailbox_full",
    "draining",
    "fenced",
    "answer_late",
    ...codes,
  );
}

function describe(codes: readonly ProblemCode[]): Record<string, ProblemResponse> {
  const byStatus = Map.groupBy(new Set(codes), (code) => PROBLEMS[code][0]);
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [
      status,
      {
        description: of.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join("; "),
        content: { "application/problem+json": { schema: problemSchema } },
      },
    ]),
  );
}
