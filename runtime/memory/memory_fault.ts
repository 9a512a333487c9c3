/**
 * Why something with memory failed, as it is journaled.
 *
 * @module
 */
import type { Fault } from "../../actors/session/values.ts";
import { errorCode, errorMessage } from "../errors.ts";
import type { TextMask } from "../redaction.ts";

/** The fault of what was thrown: what a store or a model says may hold a secret. */
export function memoryFault(error: unknown, mask: TextMask): Fault {
  return { code: errorCode(error), message: mask(errorMessage(error)) };
}
