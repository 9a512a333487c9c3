/**
 * One byte form per value: RFC 8785 (JSON Canonicalization Scheme). What is hashed is what is stored.
 *
 * @module
 */
import canonicalize from "canonicalize";
import { invariant } from "../../actors/invariant.ts";

/**
 * The canonical text of a JSON value. Members that are undefined count as absent.
 *
 * @throws if the value is not JSON, or holds half of a surrogate pair, which has no byte form
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  invariant(text !== undefined, "J1 only JSON values are journaled");
  return text;
}
