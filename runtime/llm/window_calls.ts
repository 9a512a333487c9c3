/**
 * Earlier skill calls as they go back to a provider. Providers refuse a whole window for one id or
 * name that they would not have made themselves, and a session must not stay stuck on that.
 *
 * @module
 */
import type { Json } from "../../actors/behavior.ts";
import type { ModelMessage } from "../../actors/session/model_request.ts";

/** Characters and length that every provider takes in a tool's name. */
const NAME_CHARS_MAX = 64;
const NOT_IN_NAMES = /[^a-zA-Z0-9_-]/g;

/**
 * An id for each call of the window, by the session's own: `call_1`, `call_2`, … Ours may be longer
 * than the 40 characters that OpenAI takes and hold characters that Anthropic does not.
 */
export function windowCallIds(messages: readonly ModelMessage[]): (id: string) => string {
  const ids = new Map<string, string>();
  for (const message of messages) {
    if (message.role !== "assistant") continue;
    for (const call of message.calls) {
      if (!ids.has(call.id)) ids.set(call.id, `call_${ids.size + 1}`);
    }
  }
  return (id) => ids.get(id) ?? "call_0";
}

/** A skill's name as a provider takes it; a model may have called one that cannot exist. */
export function wireName(skill: string): string {
  return skill.replace(NOT_IN_NAMES, "_").slice(0, NAME_CHARS_MAX) || "unnamed";
}

/** A call's input as a provider takes it: an object, whatever the model once wrote. */
export function wireInput(input: Json): Readonly<Record<string, unknown>> {
  if (typeof input === "object" && input !== null && !Array.isArray(input)) {
    return input as Readonly<Record<string, Json>>;
  }
  return { unreadable: input };
}
