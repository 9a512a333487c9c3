/**
 * What a person entered about a call, as the body that the API takes. Pure.
 *
 * @module
 */
import type { ApiDecision } from "../../../cli/api_types.ts";

/** What can be decided. */
export type DecisionWord = ApiDecision["decision"];

/** The body, or what is wrong with what was entered. */
export type DecisionReading =
  | { readonly ok: true; readonly body: ApiDecision }
  | { readonly ok: false; readonly fault: string };

/**
 * Reads what was entered.
 *
 * @param json the changed input with `approve`, the call's output with `treat_as_done`; null: none. An
 * output may be blank, an input that somebody set out to change may not
 */
export function readDecision(
  decision: DecisionWord,
  reason: string,
  json: string | null,
): DecisionReading {
  const told = reason.trim() === "" ? {} : { reason: reason.trim() };
  const none = json === null || (decision === "treat_as_done" && json.trim() === "");
  if (none) return { ok: true, body: { decision, ...told } };
  try {
    return { ok: true, body: { decision, ...told, input: JSON.parse(json) } };
  } catch (error) {
    return { ok: false, fault: error instanceof SyntaxError ? error.message : String(error) };
  }
}
