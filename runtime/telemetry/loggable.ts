/**
 * Fields of a log line as plain data.
 *
 * @module
 */
import { SynapseError } from "../errors.ts";
import { redact, type TextMask } from "../redaction.ts";
import type { LogFields } from "./port.ts";

/** Names that a line has for itself; a field of such a name gets an underscore behind it. */
const RESERVED: ReadonlySet<string> = new Set(["level", "time", "message"]);

/** Characters of an error's message or stack that a line shows. */
const TEXT_CHARS = 8192;

/** How many causes of an error are followed. */
const CAUSES_MAX = 5;

/** A copy of the fields that is plain data: secrets masked, errors written out. Never throws. */
export function loggable(fields: LogFields, mask: TextMask): LogFields {
  try {
    const leaf = (value: object) => value instanceof Error ? plainError(value) : value;
    const plain = redact(fields, { leaf, mask });
    return Object.fromEntries(
      Object.entries(plain as LogFields).map((
        [name, value],
      ) => [RESERVED.has(name) ? `${name}_` : name, value]),
    );
  } catch (error) {
    return { unloggable: mask(String(error)) };
  }
}

/** Its texts are not masked yet. */
function plainError(error: Error, causes = 0): Record<string, unknown> {
  const { cause } = error;
  const next = cause instanceof Error
    ? causes < CAUSES_MAX ? plainError(cause, causes + 1) : "[more causes]"
    : cause;
  return {
    type: error.name,
    ...codeOf(error),
    message: cut(error.message),
    ...(error.stack === undefined ? {} : { stack: cut(error.stack) }),
    ...(next === undefined ? {} : { cause: next }),
  };
}

function cut(text: string): string {
  return text.length > TEXT_CHARS ? `${text.slice(0, TEXT_CHARS)}…` : text;
}

/** Our own code and facts, or the code that systems and libraries put on theirs. */
function codeOf(error: Error): Record<string, unknown> {
  if (error instanceof SynapseError) {
    return {
      code: error.code,
      ...(Object.keys(error.data).length > 0 ? { data: error.data } : {}),
    };
  }
  const { code } = error as { code?: unknown };
  return typeof code === "string" || typeof code === "number" ? { code } : {};
}
