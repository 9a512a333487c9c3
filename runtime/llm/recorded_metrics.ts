/**
 * Test support: model metrics that remember what they were told. Never part of a running node.
 *
 * @module
 */
import type { ModelMetrics } from "./call_observer.ts";

/** What was counted and observed: the metric and its labels, to the sum. */
export class RecordedMetrics implements ModelMetrics {
  /** The sums so far. */
  readonly sums: Record<string, number> = {};
  readonly llmLatencySeconds = { observe: this.#adder("latency") };
  readonly llmRequestsTotal = { inc: this.#adder("requests") };
  readonly llmTokensTotal = { inc: this.#adder("tokens") };
  readonly llmCostUsdTotal = { inc: this.#adder("cost") };

  #adder(name: string): (labels: Record<string, string>, by?: number) => void {
    return (labels, by = 1) => {
      const key = [name, ...Object.values(labels)].join(" ");
      this.sums[key] = (this.sums[key] ?? 0) + by;
    };
  }
}
