/**
 * Who may call a provider now: its limit on calls at once and its circuit breaker, together.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import {
  begun,
  type Breaker,
  type BreakerOutcome,
  type BreakerSettings,
  CLOSED,
  DEFAULT_BREAKER,
  ended,
  refusedForMs,
} from "./breaker.ts";
import { ConcurrencyLimit } from "../concurrency_limit.ts";
import { cancelledError, ModelError } from "./port.ts";

/** What a gate is made of. */
export interface ProviderGateOptions {
  /** Calls at once. */
  readonly max_concurrency: number;
  /** `DEFAULT_BREAKER` unless given. */
  readonly breaker?: BreakerSettings;
  readonly clock: Clock;
}

/** Guards one provider. */
export class ProviderGate {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #settings: BreakerSettings;
  readonly #limit: ConcurrencyLimit;
  #breaker: Breaker = CLOSED;

  /** @param name the provider's name, for messages */
  constructor(name: string, options: ProviderGateOptions) {
    this.#name = name;
    this.#clock = options.clock;
    this.#settings = options.breaker ?? DEFAULT_BREAKER;
    this.#limit = new ConcurrencyLimit(options.max_concurrency);
  }

  /**
   * Waits in line, then makes the call; how it ends moves the breaker.
   *
   * @throws {ModelError} of kind `breaker_open` while the provider is left alone, `cancelled` when the
   * signal aborts before the call begins; and what the call throws
   */
  async run<Result>(signal: AbortSignal, call: () => Promise<Result>): Promise<Result> {
    // Nobody lines up behind calls that hang while a fallback could answer.
    this.#refuseWhenOpen();
    using slot = await this.#limit.acquire(signal);
    if (slot === null) throw cancelledError();
    // The breaker may have opened meanwhile. From here to `begun` nothing waits: one call tries, not two.
    this.#refuseWhenOpen();
    this.#breaker = begun(this.#breaker);
    let outcome: BreakerOutcome = "unknown";
    try {
      const result = await call();
      outcome = "healthy";
      return result;
    } catch (error) {
      outcome = judge(error);
      throw error;
    } finally {
      this.#breaker = ended(this.#breaker, outcome, this.#clock.monotonic(), this.#settings);
    }
  }

  #refuseWhenOpen(): void {
    const ms = refusedForMs(this.#breaker, this.#clock.monotonic(), this.#settings);
    if (ms === 0) return;
    throw new ModelError(
      `Provider ${this.#name} failed ${this.#settings.faults} times in a row and is left alone for ${ms} ms`,
      { kind: "breaker_open", retryable: true, retry_after_ms: ms },
    );
  }
}

/** A provider that answers, even with a refusal, is healthy; one that does not is not. */
function judge(error: unknown): BreakerOutcome {
  if (!(error instanceof ModelError)) return "unknown";
  const { kind, status = 0 } = error.details;
  switch (kind) {
    case "cancelled":
    case "configuration":
    case "breaker_open":
      return "unknown";
    case "status":
      return status >= 500 || status === 408 ? "fault" : "healthy";
    case "connection":
    case "stream_broken":
    case "malformed":
    case "deadline":
      return "fault";
    default:
      return kind satisfies never;
  }
}
