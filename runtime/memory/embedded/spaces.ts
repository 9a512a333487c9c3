/**
 * Which index of a tenant answers, and which one is being built.
 *
 * @module
 */
import { SynapseError } from "../../errors.ts";
import { type Connection, number, numberOrNull, type Row, text } from "../../sqlite/connection.ts";
import { restoredText, storedText } from "../../stored_text.ts";
import type { Embedder } from "../port.ts";

/** One index of one tenant. */
export interface Space {
  readonly id: number;
  readonly tenant: string;
  /** The embedding model whose vectors all items have; null if some have none. */
  readonly model: string | null;
  readonly dimensions: number | null;
}

/** The embedding model, as far as spaces have to know it. */
export type Model = Pick<Embedder, "model" | "dimensions"> | null;

/** The table of spaces. All methods belong into a transaction of the caller's. */
export class Spaces {
  readonly #db: Connection;
  readonly #model: Model;

  constructor(db: Connection, model: Model) {
    this.#db = db;
    this.#model = model;
  }

  /** The space that answers for a tenant; null if nothing was ever remembered. */
  live(tenant: string): Space | null {
    const row = this.#db.prepare("SELECT * FROM spaces WHERE tenant = ? AND state = 'live'")
      .get(storedText(tenant));
    return row ? toSpace(row) : null;
  }

  /** All spaces in a state. */
  inState(state: "live" | "building" | "dead"): Space[] {
    return this.#db.prepare("SELECT * FROM spaces WHERE state = ?").all(state).map(toSpace);
  }

  /** Makes an empty space with its table of terms. */
  create(tenant: string, state: "live" | "building"): Space {
    this.#db.prepare("INSERT INTO spaces (tenant, state, model, dimensions) VALUES (?, ?, ?, ?)")
      .run(storedText(tenant), state, this.#model?.model ?? null, this.#model?.dimensions ?? null);
    const row = this.#db.prepare("SELECT * FROM spaces WHERE id = last_insert_rowid()").get();
    const space = toSpace(row ?? {});
    // The terms' own characters must stay within a token. Only the index is kept, not the text.
    this.#db.exec(
      `CREATE VIRTUAL TABLE terms_${space.id} USING fts5(` +
        `terms, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '.:'")`,
    );
    return space;
  }

  /** Puts built spaces in the place of those that answer now: of one tenant, or (null) of all. */
  replace(tenant: string | null, built: readonly Space[]): void {
    const old = this.inState("live").filter((space) => tenant === null || space.tenant === tenant);
    for (const space of old) this.bury(space);
    for (const { id } of built) {
      this.#db.prepare("UPDATE spaces SET state = 'live' WHERE id = ?").run(id);
    }
  }

  /** Gives a space up. */
  bury({ id }: Space): void {
    this.#db.prepare("UPDATE spaces SET state = 'dead' WHERE id = ?").run(id);
  }

  /** Removes a dead space that has no items any more. */
  remove({ id }: Space): void {
    this.#db.exec(`DROP TABLE IF EXISTS terms_${id}`);
    this.#db.prepare("DELETE FROM spaces WHERE id = ?").run(id);
  }

  /**
   * Makes sure that the space can be asked and written to with the model in use. An empty one takes
   * any; without a model every one will do.
   *
   * @throws {SynapseError} `memory_unavailable` that says what to do
   */
  assertUsable(space: Space): void {
    if (this.#model === null || this.fits(space) || this.#isEmpty(space)) return;
    const { model, dimensions } = this.#model;
    const built = space.model === null
      ? "without an embedding model"
      : `by the embedding model ${space.model} with ${space.dimensions} dimensions`;
    throw new SynapseError(
      "memory_unavailable",
      `Memory was built ${built}, and the model is now ${model} with ${dimensions} dimensions: ` +
        "run `synapse memory reindex`",
    );
  }

  /** Notes, before a first item is written, whose vectors the space will have. */
  adopt(space: Space): Space {
    if (this.fits(space)) return space;
    const [model, dimensions] = [this.#model?.model ?? null, this.#model?.dimensions ?? null];
    this.#db.prepare("UPDATE spaces SET model = ?, dimensions = ? WHERE id = ?")
      .run(model, dimensions, space.id);
    return { ...space, model, dimensions };
  }

  /** Whether a space's vectors are those of the model in use. */
  fits({ model, dimensions }: Space): boolean {
    return model === (this.#model?.model ?? null) &&
      dimensions === (this.#model?.dimensions ?? null);
  }

  #isEmpty({ id }: Space): boolean {
    return this.#db.prepare("SELECT 1 FROM items WHERE space = ? LIMIT 1").get(id) === undefined;
  }
}

function toSpace(row: Row): Space {
  return {
    id: number(row, "id"),
    tenant: restoredText(text(row, "tenant")),
    model: row["model"] === null ? null : text(row, "model"),
    dimensions: numberOrNull(row, "dimensions"),
  };
}
