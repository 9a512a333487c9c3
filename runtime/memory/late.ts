/**
 * Memory that is opened when it is first needed, and again when that did not work: a store that cannot
 * be opened now must not keep a node from starting.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { errorMessage, SynapseError } from "../errors.ts";
import type { Memory, MemoryFilter, MemoryItem, RecallQuery } from "./port.ts";

/** Milliseconds before a store that could not be opened is opened again. */
const AGAIN_MS = 5000;

/** How it is opened. */
export interface LateMemoryOptions {
  readonly open: () => Promise<Memory>;
  /** For people: what it will be kept in. */
  readonly carrier: string;
  readonly clock: Pick<Clock, "monotonic">;
}

/** Memory that may have yet to be opened. */
export class LateMemory implements Memory {
  readonly carrier: string;
  readonly #options: LateMemoryOptions;
  #opened: Promise<Memory> | null = null;
  /** Why it could not be opened, and until when that is taken for true, in monotonic milliseconds. */
  #failed: { readonly error: unknown; readonly until: number } | null = null;
  #closed = false;

  constructor(options: LateMemoryOptions) {
    this.#options = options;
    this.carrier = options.carrier;
  }

  async remember(items: readonly MemoryItem[], signal?: AbortSignal) {
    return await (await this.#open()).remember(items, signal);
  }

  async recall(query: RecallQuery, signal?: AbortSignal) {
    return await (await this.#open()).recall(query, signal);
  }

  async forget(filter: MemoryFilter) {
    return await (await this.#open()).forget(filter);
  }

  async list(filter: MemoryFilter, page: Parameters<Memory["list"]>[1]) {
    return await (await this.#open()).list(filter, page);
  }

  async stats(tenant: string) {
    return await (await this.#open()).stats(tenant);
  }

  async check() {
    await (await this.#open()).check();
  }

  async rebuild(tenant: string | null) {
    return await (await this.#open()).rebuild(tenant);
  }

  async [Symbol.asyncDispose]() {
    this.#closed = true;
    const opened = await this.#opened?.catch(() => null);
    await opened?.[Symbol.asyncDispose]();
  }

  #open(): Promise<Memory> {
    return this.#opened ??= this.#tryToOpen().catch((error) => {
      this.#opened = null;
      throw error;
    });
  }

  async #tryToOpen(): Promise<Memory> {
    const { open, clock, carrier } = this.#options;
    if (this.#closed) throw unavailable(carrier, "It is closed");
    if (this.#failed && clock.monotonic() < this.#failed.until) throw this.#failed.error;
    try {
      return await open();
    } catch (cause) {
      const error = cause instanceof SynapseError && cause.code === "memory_unavailable"
        ? cause
        : unavailable(carrier, errorMessage(cause), cause);
      this.#failed = { error, until: clock.monotonic() + AGAIN_MS };
      throw error;
    }
  }
}

function unavailable(carrier: string, why: string, cause?: unknown): SynapseError {
  return new SynapseError("memory_unavailable", `Memory in ${carrier} cannot be used: ${why}`, {
    cause,
  });
}
