/**
 * The arguments of a tool call, which models write as text and not always as JSON.
 *
 * @module
 */
import type { Json } from "../../actors/behavior.ts";
import type { ProviderCall } from "./port.ts";

/** Longest part of unreadable arguments that a problem quotes. */
const QUOTED_CHARS_MAX = 200;

/**
 * Reads a call's arguments. No text at all is an empty object: some providers send nothing for a tool
 * without parameters. What is no JSON object stays as it was written, with the problem beside it.
 */
export function readCall(skill: string, text: string): ProviderCall {
  if (text.trim() === "") return { skill, input: {}, problem: null };
  let input: Json;
  try {
    input = JSON.parse(text);
  } catch {
    return { skill, input: text, problem: problem("is not JSON", text) };
  }
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  return { skill, input, problem: isObject ? null : problem("is not a JSON object", text) };
}

function problem(what: string, text: string): string {
  const quoted = text.length <= QUOTED_CHARS_MAX ? text : `${text.slice(0, QUOTED_CHARS_MAX)}…`;
  return `Input ${what}: ${quoted}`;
}
