/**
 * New spaces beside those that answer.
 *
 * @module
 */
import { invariant } from "../../../actors/invariant.ts";
import { meetsFilter } from "../filter.ts";
import type { MemoryFilter, MemoryItem, Rebuild } from "../port.ts";
import { byTenant, CHUNK_ITEMS } from "./chunks.ts";
import type { Space } from "./spaces.ts";
import { type Parts, type Prepared, removeAll, storeAll } from "./writer.ts";

/** What a rebuild needs of the index that it belongs to. */
export interface RebuildHost {
  readonly parts: Parts;
  /** Makes the vectors. */
  prepare(items: readonly MemoryItem[]): Promise<Prepared[]>;
  /** Lets the turn go to others. */
  rest(): Promise<void>;
  /** Is told once that this rebuild takes nothing any more. */
  ended(rebuild: SpaceRebuild): void;
  /** Removes dead spaces. */
  sweep(): Promise<void>;
}

/** A rebuild of one tenant's space, or (null) of all. */
export class SpaceRebuild implements Rebuild {
  readonly #host: RebuildHost;
  readonly #tenant: string | null;
  readonly #built = new Map<string, Space>();
  /** What was forgotten since the start; whoever adds items may have read them before that. */
  readonly #forgotten: MemoryFilter[] = [];
  #over = false;

  constructor(host: RebuildHost, tenant: string | null) {
    this.#host = host;
    this.#tenant = tenant;
  }

  async add(items: readonly MemoryItem[]): Promise<void> {
    for (const { tenant, items: own } of byTenant(items)) {
      invariant(this.#covers(tenant), "R1 a rebuild of one tenant is given that tenant's items");
      for (let from = 0; from < own.length; from += CHUNK_ITEMS) {
        const chunk = own.slice(from, from + CHUNK_ITEMS).filter((item) =>
          !this.#isForgotten(item)
        );
        const prepared = await this.#host.prepare(chunk);
        this.take(tenant, prepared.filter(({ item }) => !this.#isForgotten(item)));
        await this.#host.rest();
      }
    }
  }

  async finish(): Promise<void> {
    const { db, spaces } = this.#host.parts;
    invariant(!this.#over, "R2 a rebuild ends once");
    db.transaction(() => spaces.replace(this.#tenant, [...this.#built.values()]));
    this.#end();
    await this.#host.sweep();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return;
    this.#end();
    const { db, spaces } = this.#host.parts;
    db.transaction(() => {
      for (const space of this.#built.values()) spaces.bury(space);
    });
    await this.#host.sweep();
  }

  /** Stores items if they belong here. */
  take(tenant: string, prepared: readonly Prepared[]): void {
    invariant(!this.#over, "R3 a rebuild that is over takes nothing");
    if (!this.#covers(tenant) || prepared.length === 0) return;
    const { parts } = this.#host;
    const space = this.#built.get(tenant) ??
      parts.db.transaction(() => parts.spaces.create(tenant, "building"));
    this.#built.set(tenant, space);
    storeAll(parts, space, prepared);
  }

  /** Forgets what is in the new spaces, and refuses it from now on. */
  async forget(filter: MemoryFilter): Promise<void> {
    this.#forgotten.push(filter);
    const space = this.#built.get(filter.tenant);
    if (space === undefined) return;
    const { parts } = this.#host;
    for (;;) {
      const keys = parts.items.keys(space, filter, CHUNK_ITEMS);
      removeAll(parts, space, keys);
      if (keys.length < CHUNK_ITEMS) return;
      await this.#host.rest();
    }
  }

  #covers(tenant: string): boolean {
    return this.#tenant === null || this.#tenant === tenant;
  }

  #isForgotten(item: MemoryItem): boolean {
    return this.#forgotten.some((filter) => meetsFilter(item, filter));
  }

  #end(): void {
    this.#over = true;
    this.#host.ended(this);
  }
}
