/**
 * Memory that is measured: how often each operation took place, how it ended, and how long it took.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { errorCode } from "../errors.ts";
import type { Metrics } from "../telemetry/port.ts";
import type { Memory } from "./port.ts";

/** What measuring takes. */
export interface ObservedMemoryOptions {
  readonly clock: Pick<Clock, "monotonic">;
  readonly metrics: Pick<Metrics, "memoryOperationsTotal" | "memoryOperationSeconds">;
}

/** The same memory, measured. To ask whether it works is no operation. */
export function observedMemory(memory: Memory, options: ObservedMemoryOptions): Memory {
  const observed = <Result>(op: string, work: () => Promise<Result>) => observe(op, work, options);
  return {
    carrier: memory.carrier,
    remember: (items, signal) => observed("remember", () => memory.remember(items, signal)),
    recall: (query, signal) => observed("recall", () => memory.recall(query, signal)),
    forget: (filter) => observed("forget", () => memory.forget(filter)),
    list: (filter, page) => observed("list", () => memory.list(filter, page)),
    stats: (tenant) => observed("stats", () => memory.stats(tenant)),
    check: () => memory.check(),
    rebuild: (tenant) => observed("rebuild", () => memory.rebuild(tenant)),
    [Symbol.asyncDispose]: () => memory[Symbol.asyncDispose](),
  };
}

async function observe<Result>(
  op: string,
  work: () => Promise<Result>,
  { clock, metrics }: ObservedMemoryOptions,
): Promise<Result> {
  const start = clock.monotonic();
  let outcome = "ok";
  try {
    return await work();
  } catch (error) {
    outcome = errorCode(error) === "memory_unavailable" ? "unavailable" : "failed";
    throw error;
  } finally {
    metrics.memoryOperationsTotal.inc({ op, outcome });
    metrics.memoryOperationSeconds.observe({ op }, (clock.monotonic() - start) / 1000);
  }
}
