/**
 * A circuit breaker as a value: after several faults in a row a provider is left alone for a while,
 * then one call tries it again.
 *
 *     closed --(failures faults in a row)--> open --(open_ms later, one call)--> half_open
 *     half_open --(it succeeds)--> closed      half_open --(it fails)--> open
 *
 * @module
 */

/** What the breaker knows of a provider. Times are milliseconds of one monotonic clock. */
export type Breaker =
  | { readonly state: "closed"; readonly faults: number }
  | { readonly state: "open"; readonly until: number }
  /** One call is trying; all others wait for its outcome. */
  | { readonly state: "half_open" };

/** When to open, and for how long. */
export interface BreakerSettings {
  /** Faults in a row that open it. */
  readonly faults: number;
  /** Milliseconds until a call may try again. */
  readonly open_ms: number;
}

/** The settings that nobody changed. */
export const DEFAULT_BREAKER: BreakerSettings = { faults: 5, open_ms: 10_000 };

/** Where every breaker begins. */
export const CLOSED: Breaker = { state: "closed", faults: 0 };

/** How a call ended, as far as the provider's health goes; `unknown`: it was cancelled. */
export type BreakerOutcome = "healthy" | "fault" | "unknown";

/** Milliseconds for which a call must be refused; 0 when it may go. */
export function refusedForMs(breaker: Breaker, now: number, settings: BreakerSettings): number {
  if (breaker.state === "open") return Math.max(0, breaker.until - now);
  // The trying call ends by its deadline at the latest; until then nobody knows better.
  return breaker.state === "half_open" ? settings.open_ms : 0;
}

/** The breaker once a call that was not refused has begun. */
export function begun(breaker: Breaker): Breaker {
  return breaker.state === "open" ? { state: "half_open" } : breaker;
}

/** The breaker once a call has ended. */
export function ended(
  breaker: Breaker,
  outcome: BreakerOutcome,
  now: number,
  settings: BreakerSettings,
): Breaker {
  if (outcome === "healthy") return CLOSED;
  const open: Breaker = { state: "open", until: now + settings.open_ms };
  switch (breaker.state) {
    case "closed": {
      if (outcome === "unknown") return breaker;
      const faults = breaker.faults + 1;
      return faults >= settings.faults ? open : { state: "closed", faults };
    }
    case "half_open":
      // A try that was cancelled told nothing: the next call may try at once.
      return outcome === "fault" ? open : { state: "open", until: now };
    case "open":
      // A call from before it opened: nothing new.
      return breaker;
    default:
      return breaker satisfies never;
  }
}
