/**
 * For tests: memory over another one, which goes away and loses answers when it is told to.
 *
 * @module
 */
import { SynapseError } from "../errors.ts";
import type { Memory, MemoryFilter, MemoryItem, RecallQuery } from "./port.ts";

/** A memory that cannot be relied on. */
export class UnsteadyMemory implements Memory {
  /** Why it is away; null: it is there. */
  away: string | null = null;
  /** The answer to the next write is lost after it was carried out. */
  losesAnswer = false;
  /** How many items it was given, counting one again when it was given again. */
  given = 0;
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  get carrier(): string {
    return this.#memory.carrier;
  }

  async remember(items: readonly MemoryItem[], signal?: AbortSignal) {
    const outcomes = await this.#reached().remember(items, signal);
    this.given += items.length;
    if (!this.losesAnswer) return outcomes;
    this.losesAnswer = false;
    throw unavailable("The answer was lost");
  }

  async recall(query: RecallQuery, signal?: AbortSignal) {
    return await this.#reached().recall(query, signal);
  }

  async forget(filter: MemoryFilter) {
    return await this.#reached().forget(filter);
  }

  async list(filter: MemoryFilter, page: Parameters<Memory["list"]>[1]) {
    return await this.#reached().list(filter, page);
  }

  async stats(tenant: string) {
    return await this.#reached().stats(tenant);
  }

  async check() {
    await this.#reached().check();
  }

  async rebuild(tenant: string | null) {
    return await this.#reached().rebuild(tenant);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#memory[Symbol.asyncDispose]();
  }

  #reached(): Memory {
    if (this.away !== null) throw unavailable(this.away);
    return this.#memory;
  }
}

function unavailable(why: string): SynapseError {
  return new SynapseError("memory_unavailable", why);
}
