/**
 * Builds an index anew beside the one that answers.
 *
 * One for all tenants takes the other's place by its alias, at once. One for a tenant is copied into
 * the other: first what is new comes, then what is no longer there goes. So recall meanwhile finds all
 * that there is to find, and for a moment also what there was.
 *
 * @module
 */
import { z } from "zod";
import type { Clock } from "../../clock.ts";
import { meetsFilter } from "../filter.ts";
import type { MemoryItem, Rebuild } from "../port.ts";
import type { QdrantCalls } from "./calls.ts";
import type { QdrantCollections } from "./collections.ts";
import { ifPossible, needsReindex } from "./failure.ts";
import { member } from "./point_filter.ts";
import { dropNotes, forgettings } from "./forgetting.ts";
import { ITEM_POINT, MEANING, type PreparedItem, WORDS } from "./point.ts";
import {
  type Collection,
  deletePointsById,
  existingIds,
  putPoints,
  scrollPages,
} from "./points.ts";
import { dropSign, giveSign, PAUSE_MS_MAX } from "./sign_of_life.ts";
import { storeItems } from "./store.ts";

const ID = z.object({ id: z.string() });

const SPARSE = z.object({ indices: z.array(z.number()), values: z.array(z.number()) });

const WHOLE_POINT = ITEM_POINT.extend({
  vector: z.object({ [WORDS]: SPARSE.optional(), [MEANING]: z.array(z.number()).optional() }),
});

/** What a rebuild works with. */
export interface RebuildOptions {
  readonly calls: QdrantCalls;
  readonly collections: QdrantCollections;
  readonly clock: Pick<Clock, "now">;
  /** The collection that is being built, by its own name. */
  readonly place: string;
  /** Whose items are replaced; null: everybody's. */
  readonly tenant: string | null;
  readonly prepare: (items: readonly MemoryItem[]) => Promise<PreparedItem[]>;
}

/** An index that is being built. */
export class QdrantRebuild implements Rebuild {
  readonly #options: RebuildOptions;
  readonly #next: Collection;
  #signed_at: number;
  #over = false;

  constructor(options: RebuildOptions) {
    this.#options = options;
    this.#next = { calls: options.calls, name: options.place };
    this.#signed_at = options.clock.now();
  }

  async add(items: readonly MemoryItem[]): Promise<void> {
    const { calls, place, tenant, prepare } = this.#options;
    await this.#giveSign();
    const before = await forgettings(this.#next);
    const named = (item: MemoryItem, filters: typeof before) =>
      filters.values().some((filter) => meetsFilter(item, filter));
    const kept = items.filter((item) =>
      (tenant === null || item.tenant === tenant) && !named(item, before)
    );
    const prepared = await prepare(kept);
    await storeItems(calls, place, prepared);
    // What was forgotten while it was being put in.
    const since = new Map([...await forgettings(this.#next)].filter(([text]) => !before.has(text)));
    const gone = prepared.filter(({ item }) => named(item, since));
    await deletePointsById(this.#next, gone.map(({ point_id }) => point_id));
  }

  async finish(): Promise<void> {
    const { collections, place, tenant } = this.#options;
    await this.#giveSign();
    if (tenant === null) {
      await dropNotes(this.#next);
      await dropSign(this.#next);
      await collections.promote(place);
    } else {
      await this.#copy(tenant);
      await ifPossible(() => collections.discard(place));
    }
    this.#over = true;
  }

  /** Without {@link finish}: nothing of it stays; if that cannot be done now, until the next rebuild. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await ifPossible(() => this.#options.collections.discard(this.#options.place));
  }

  /** @throws {SynapseError} `memory_unavailable` after a pause in which others may have missed the sign */
  async #giveSign(): Promise<void> {
    const now = this.#options.clock.now();
    if (now - this.#signed_at > PAUSE_MS_MAX) {
      throw needsReindex("The rebuild of the index paused for too long");
    }
    await giveSign(this.#next, now);
    this.#signed_at = now;
  }

  /**
   * Every node writes to the new index first. So what is in the old one, and not in the new one when
   * that is read afterwards, is what no journal has.
   */
  async #copy(tenant: string): Promise<void> {
    const { calls, collections } = this.#options;
    const current: Collection = { calls, name: collections.current };
    const filter = { must: [member("tenant", tenant)] };
    const stale = new Set<string>();
    for await (const points of scrollPages(current, { filter, point: ID, with_payload: false })) {
      for (const { id } of points) stale.add(id);
    }
    const whole = { filter, point: WHOLE_POINT, with_payload: true, with_vector: true };
    for await (const points of scrollPages(this.#next, whole)) {
      await this.#giveSign();
      await putPoints(current, points.map(storedAgain));
      // What was forgotten meanwhile: that goes from the new index before it goes from the old one.
      const ids = points.map(({ id }) => id);
      const left = await existingIds(this.#next, ids);
      await deletePointsById(current, ids.filter((id) => !left.has(id)));
      for (const id of ids) stale.delete(id);
    }
    await deletePointsById(current, [...stale]);
  }
}

/** A point as it was read, for another collection of the same layout. */
function storedAgain({ id, payload, vector }: z.infer<typeof WHOLE_POINT>) {
  const { [WORDS]: words, [MEANING]: meaning } = vector;
  return {
    id,
    payload,
    vector: {
      ...(words === undefined ? {} : { [WORDS]: words }),
      ...(meaning === undefined ? {} : { [MEANING]: meaning }),
    },
  };
}
