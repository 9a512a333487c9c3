/**
 * What the adapters to the official SDKs have in common.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import {
  cancelledError,
  ModelError,
  type ModelProvider,
  type ProviderAnswer,
  type ProviderRequest,
} from "./port.ts";
import { type SdkErrorClasses, toModelError } from "./sdk_faults.ts";

/** The SDKs' own time limit is set to the longest timer there is: deadlines are the router's. */
export const SDK_TIMEOUT_MS = 2_147_483_647;

/** What an adapter to a provider is made of. */
export interface SdkProviderOptions {
  /** The provider's name in the configuration. */
  readonly name: string;
  /** Where the API is; null for the vendor's own. */
  readonly base_url: string | null;
  /** Null is enough for a base URL of one's own that asks for none. */
  readonly api_key: string | null;
  readonly default_model: string;
  readonly clock: Clock;
  /** Carries the requests; the global one unless given. */
  readonly fetch?: typeof globalThis.fetch;
}

/** An answer that is put together piece by piece. */
export interface AnswerFold {
  /** Takes the next piece and returns the text in it. */
  add(piece: unknown): string;
  /** The whole answer, once the stream has ended. */
  finish(): ProviderAnswer;
}

/** What differs from SDK to SDK. */
export interface SdkDialect {
  readonly errors: SdkErrorClasses;
  /** Sends the request; the pieces of the answer follow. */
  open(request: ProviderRequest, signal: AbortSignal): PromiseLike<AsyncIterable<unknown>>;
  /** An empty answer to the request. */
  fold(request: ProviderRequest): AnswerFold;
}

/** A provider that is called through its SDK. */
export function createSdkProvider(options: SdkProviderOptions, dialect: SdkDialect): ModelProvider {
  const { name, default_model, clock } = options;
  return {
    name,
    default_model,
    async call(request, { signal, onDelta }) {
      if (options.api_key === null && options.base_url === null) throw missingKey(name);
      const answer = dialect.fold(request);
      try {
        for await (const piece of await dialect.open(request, signal)) {
          if (signal.aborted) break;
          const text = answer.add(piece);
          if (text !== "") onDelta(text);
        }
      } catch (error) {
        throw toModelError(error, { provider: name, signal, now: clock.now() }, dialect.errors);
      }
      // The SDKs end an aborted stream without an error.
      if (signal.aborted) throw cancelledError();
      return answer.finish();
    },
  };
}

function missingKey(provider: string): ModelError {
  return new ModelError(
    `Provider ${provider} has no API key, wanted llm.providers.${provider}.api_key, or base_url for a server that needs none`,
    { kind: "configuration", retryable: false },
  );
}
