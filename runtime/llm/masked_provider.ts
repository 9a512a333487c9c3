/**
 * A provider whose errors repeat no secret: services like to quote what they were sent, and what they
 * say is journaled, logged and shown to people.
 *
 * @module
 */
import type { TextMask } from "../redaction.ts";
import { ModelError, type ModelProvider } from "./port.ts";

/** The same provider; the messages of its errors are masked. */
export function maskedProvider(provider: ModelProvider, mask: TextMask): ModelProvider {
  return {
    name: provider.name,
    default_model: provider.default_model,
    async call(request, context) {
      try {
        return await provider.call(request, context);
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        const message = mask(error.message);
        throw message === error.message ? error : new ModelError(message, error.details, error);
      }
    },
  };
}
