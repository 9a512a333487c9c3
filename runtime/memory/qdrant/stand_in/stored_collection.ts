/**
 * What the stand-in keeps: collections of points, and names for them.
 *
 * @module
 */

/** A sparse vector. */
export interface SparseVector {
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/** A stored vector: dense or sparse. */
export type StoredVector = readonly number[] | SparseVector;

/** A point. */
export interface StoredPoint {
  readonly id: string | number;
  readonly vectors: Readonly<Record<string, StoredVector>>;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** How a collection was asked to be. */
export interface CollectionRequest {
  readonly vectors?: Readonly<Record<string, { readonly size: number; readonly distance: string }>>;
  readonly sparse_vectors?: Readonly<Record<string, { readonly modifier?: string }>>;
  readonly hnsw_config?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** An index over a member of the payload. */
export interface PayloadIndex {
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>> | null;
}

/** A collection. */
export class StoredCollection {
  readonly points = new Map<string | number, StoredPoint>();
  readonly indexes = new Map<string, PayloadIndex>();

  constructor(readonly request: CollectionRequest) {}
}

/** What a real server answers with an error status. */
export class Refusal extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** All collections and aliases. */
export class Collections {
  readonly #collections = new Map<string, StoredCollection>();
  readonly #aliases = new Map<string, string>();

  /** The names of the collections. */
  get names(): string[] {
    return [...this.#collections.keys()];
  }

  /** Collections by alias. */
  get aliases(): ReadonlyMap<string, string> {
    return this.#aliases;
  }

  /** The collection of a name or an alias. @throws {Refusal} with 404 */
  get(name: string): StoredCollection {
    const found = this.#collections.get(this.#aliases.get(name) ?? name);
    if (found === undefined) {
      throw new Refusal(404, `Not found: Collection \`${name}\` doesn't exist!`);
    }
    return found;
  }

  create(name: string, request: CollectionRequest): void {
    this.#assertNoCollection(name);
    if (this.#aliases.has(name)) {
      const why =
        `Can't create collection with name ${name}. Alias with the same name already exists`;
      throw new Refusal(400, `Wrong input: ${why}`);
    }
    this.#collections.set(name, new StoredCollection(request));
  }

  /** Removes a collection and its aliases. Resolves to whether there was one. */
  delete(name: string): boolean {
    for (const [alias, target] of this.#aliases) if (target === name) this.#aliases.delete(alias);
    return this.#collections.delete(name);
  }

  /** Has an alias lead to a collection, also one that led to another. @throws {Refusal} */
  setAlias(alias: string, target: string): void {
    if (!this.#collections.has(target)) {
      throw new Refusal(404, `Not found: Collection \`${target}\` doesn't exist!`);
    }
    this.#assertNoCollection(alias);
    this.#aliases.set(alias, target);
  }

  /** Removes an alias, if it is there. */
  removeAlias(alias: string): void {
    this.#aliases.delete(alias);
  }

  #assertNoCollection(name: string): void {
    if (this.#collections.has(name)) {
      throw new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`);
    }
  }
}
