/**
 * One call of a provider, with a deadline.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { cancelledError, ModelError, type ModelProvider, type ProviderAnswer } from "./port.ts";
import type { ProviderContext, ProviderRequest } from "./port.ts";

/**
 * Calls the provider. The call ends when the answer is whole, at the deadline, or when the signal
 * aborts, whichever comes first, even if the provider does not look at its signal; once it has ended
 * no delta passes any more.
 *
 * @throws {ModelError} of kind `deadline` or `cancelled`, or what the provider throws
 */
export async function callWithDeadline(
  provider: ModelProvider,
  request: ProviderRequest,
  { signal, attempt, onDelta }: ProviderContext,
  { clock, deadline_ms }: { readonly clock: Clock; readonly deadline_ms: number },
): Promise<ProviderAnswer> {
  if (signal.aborted) throw cancelledError();
  const scope = new AbortController();
  const timer = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  let ended = false;
  const stop = (error: ModelError) => {
    ended = true;
    reject(error);
    scope.abort();
  };
  const onAbort = () => stop(cancelledError());
  signal.addEventListener("abort", onAbort, { once: true });
  void clock.sleep(deadline_ms, timer.signal).then(() => {
    if (!ended) stop(deadlineError(provider.name, deadline_ms));
  });
  try {
    const call = provider.call(request, {
      signal: scope.signal,
      attempt,
      onDelta: (text) => {
        if (!ended) onDelta(text);
      },
    });
    return await Promise.race([call, over]);
  } finally {
    ended = true;
    // A reason spares each call the making of an exception that nobody sees.
    timer.abort(null);
    signal.removeEventListener("abort", onAbort);
  }
}

function deadlineError(provider: string, deadline_ms: number): ModelError {
  return new ModelError(
    `Provider ${provider} did not finish its answer within ${deadline_ms} ms`,
    { kind: "deadline", retryable: true },
  );
}
